; Phial's installer for Windows. Compiled by package.py, never by hand:
;   makensis -DVERSION=… -DNUMBERS=… -DTREE=… -DOUTPUT=… -DICON=… phial.nsi
;
; For one user, without administrator rights. Installing over an older Phial replaces its program
; files and nothing else. Switches of both programs:
;   /S            ask nothing
;   /D=FOLDER     (installer, last) install there
;   /DELETEDATA   (uninstaller, with /S) delete chats, settings and models too
;   _?=FOLDER     (uninstaller, last) wait for the end instead of running from a copy

; Official NSIS has 32-bit stubs only, which every Windows runs; Debian's has 64-bit ones too.
!ifdef X64
  Target amd64-unicode
!else
  Unicode true
!endif
ManifestDPIAware true
ManifestLongPathAware true
ManifestSupportedOS all
RequestExecutionLevel user
!ifdef QUICK
  SetCompressor zlib
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 64
!endif

!include MUI2.nsh
!include LogicLib.nsh
!include FileFunc.nsh
!include x64.nsh
!include WinVer.nsh

!define NAME "Phial"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Phial"
!define CLASSES "Software\Classes"

Name "${NAME}"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\Phial"
InstallDirRegKey HKCU "Software\Phial" "Folder"
BrandingText "${NAME} ${VERSION}"
ShowInstDetails nevershow
ShowUninstDetails nevershow

; What Explorer and virus scanners read.
VIProductVersion "${NUMBERS}"
VIFileVersion "${NUMBERS}"
VIAddVersionKey /LANG=1033 "ProductName" "${NAME}"
VIAddVersionKey /LANG=1033 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=1033 "CompanyName" "The Phial authors"
VIAddVersionKey /LANG=1033 "FileDescription" "Installs Phial, an offline chat for Phi-4"
VIAddVersionKey /LANG=1033 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=1033 "LegalCopyright" "The Phial authors, MIT licence"

!ifdef SIGN
  !finalize '${SIGN} "%1"' = 0
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_LANGDLL_REGISTRY_ROOT HKCU
!define MUI_LANGDLL_REGISTRY_KEY "Software\Phial"
!define MUI_LANGDLL_REGISTRY_VALUENAME "InstallerLanguage"
!define MUI_FINISHPAGE_RUN "$INSTDIR\Phial.exe"

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${LICENCE}"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES

!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"
!insertmacro MUI_LANGUAGE "French"
!insertmacro MUI_LANGUAGE "Spanish"
!insertmacro MUI_LANGUAGE "Italian"
!insertmacro MUI_LANGUAGE "PortugueseBR"
!insertmacro MUI_LANGUAGE "Japanese"
!insertmacro MUI_LANGUAGE "SimpChinese"
!insertmacro MUI_RESERVEFILE_LANGDLL

!macro text name english german french spanish italian portuguese japanese chinese
  LangString ${name} ${LANG_ENGLISH} "${english}"
  LangString ${name} ${LANG_GERMAN} "${german}"
  LangString ${name} ${LANG_FRENCH} "${french}"
  LangString ${name} ${LANG_SPANISH} "${spanish}"
  LangString ${name} ${LANG_ITALIAN} "${italian}"
  LangString ${name} ${LANG_PORTUGUESEBR} "${portuguese}"
  LangString ${name} ${LANG_JAPANESE} "${japanese}"
  LangString ${name} ${LANG_SIMPCHINESE} "${chinese}"
!macroend

!insertmacro text NeedsWindows10 \
  "Phial needs a 64-bit Windows 10 or newer." \
  "Phial braucht ein 64-Bit-Windows 10 oder neuer." \
  "Phial nécessite Windows 10 64 bits ou plus récent." \
  "Phial necesita Windows 10 de 64 bits o posterior." \
  "Phial richiede Windows 10 a 64 bit o successivo." \
  "O Phial precisa do Windows 10 de 64 bits ou mais recente." \
  "Phial には 64 ビットの Windows 10 以降が必要です。" \
  "Phial 需要 64 位 Windows 10 或更高版本。"
!insertmacro text IsRunning \
  "Phial is running. Please close its window, then choose Retry. Nothing was changed yet." \
  "Phial läuft. Bitte das Fenster schließen, dann Wiederholen wählen. Noch wurde nichts geändert." \
  "Phial est ouvert. Fermez sa fenêtre, puis choisissez Réessayer. Rien n'a encore été modifié." \
  "Phial está abierto. Cierre su ventana y elija Reintentar. Aún no se ha cambiado nada." \
  "Phial è aperto. Chiudere la finestra, poi scegliere Riprova. Nulla è stato ancora modificato." \
  "O Phial está aberto. Feche a janela e escolha Repetir. Nada foi alterado ainda." \
  "Phial が起動中です。ウィンドウを閉じて「再試行」を選んでください。まだ何も変更していません。" \
  "Phial 正在运行。请关闭其窗口，然后选择“重试”。尚未更改任何内容。"
!insertmacro text DeleteData \
  "Delete your chats, settings and downloaded models too?$\r$\n$\r$\n$0$\r$\n$\r$\nNo keeps them: a Phial installed later finds them again. Yes cannot be undone." \
  "Auch Ihre Chats, Einstellungen und heruntergeladenen Modelle löschen?$\r$\n$\r$\n$0$\r$\n$\r$\nNein behält sie: Ein später installiertes Phial findet sie wieder. Ja lässt sich nicht rückgängig machen." \
  "Supprimer aussi vos discussions, réglages et modèles téléchargés ?$\r$\n$\r$\n$0$\r$\n$\r$\nNon les garde : un Phial installé plus tard les retrouvera. Oui est définitif." \
  "¿Eliminar también sus chats, ajustes y modelos descargados?$\r$\n$\r$\n$0$\r$\n$\r$\nNo los conserva: un Phial instalado más tarde los encontrará. Sí no se puede deshacer." \
  "Eliminare anche chat, impostazioni e modelli scaricati?$\r$\n$\r$\n$0$\r$\n$\r$\nNo li conserva: un Phial installato in seguito li ritrova. Sì non si può annullare." \
  "Excluir também suas conversas, configurações e modelos baixados?$\r$\n$\r$\n$0$\r$\n$\r$\nNão os mantém: um Phial instalado depois os encontra. Sim não pode ser desfeito." \
  "チャット、設定、ダウンロードしたモデルも削除しますか？$\r$\n$\r$\n$0$\r$\n$\r$\n「いいえ」なら残り、後で入れた Phial が再び見つけます。「はい」は元に戻せません。" \
  "是否同时删除聊天、设置和已下载的模型？$\r$\n$\r$\n$0$\r$\n$\r$\n选择“否”将保留，以后安装的 Phial 会找到它们。选择“是”将无法撤消。"
!insertmacro text ModelType "GGUF model" "GGUF-Modell" "Modèle GGUF" "Modelo GGUF" \
  "Modello GGUF" "Modelo GGUF" "GGUF モデル" "GGUF 模型"
!insertmacro text ChatType "Phial chat" "Phial-Chat" "Discussion Phial" "Chat de Phial" \
  "Chat di Phial" "Conversa do Phial" "Phial チャット" "Phial 聊天"

; A running program cannot be written to: that is how we know. Nothing is ended by force.
; Jumps to ${running} if the program of that name is running.
!macro unless_closed name running
  ${If} ${FileExists} "$INSTDIR\${name}"
    ClearErrors
    FileOpen $1 "$INSTDIR\${name}" a
    IfErrors ${running}
    FileClose $1
  ${EndIf}
!macroend
!macro wait_until_closed un
Function ${un}WaitUntilClosed
  again:
    !insertmacro unless_closed "Phial.exe" running
    !insertmacro unless_closed "phial-terminal.exe" running
    Return
  running:
    ${If} ${Silent}
      SetErrorLevel 3
      Abort
    ${EndIf}
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(IsRunning)" IDRETRY again
    SetErrorLevel 3
    Abort
FunctionEnd
!macroend
!insertmacro wait_until_closed ""
!insertmacro wait_until_closed "un."

; Takes the program's own folders away; what a user put beside them stays, so does portable data.
!macro remove_program
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\Phial.exe"
  Delete "$INSTDIR\phial-terminal.exe"
  Delete "$INSTDIR\phial.ico"
!macroend

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONSTOP "$(NeedsWindows10)" /SD IDOK
    SetErrorLevel 2
    Abort
  ${EndIf}
  !insertmacro MUI_LANGDLL_DISPLAY
FunctionEnd

Function un.onInit
  !insertmacro MUI_UNGETLANGUAGE
FunctionEnd

Section "Phial"
  SetShellVarContext current
  SetRegView 64
  Call WaitUntilClosed
  SetOutPath "$INSTDIR"
  ; An upgrade: no library of the older Phial may stay beside the new ones.
  !insertmacro remove_program
  File /r "${TREE}\*"
  File "/oname=phial.ico" "${ICON}"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\Phial.lnk" "$INSTDIR\Phial.exe"

  WriteRegStr HKCU "Software\Phial" "Folder" "$INSTDIR"
  WriteRegStr HKCU "Software\Phial" "InstallerLanguage" "$LANGUAGE"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\phial.ico"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "The Phial authors"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "URLInfoAbout" "https://github.com/phial-chat/phial"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" "$0"

  ; Chats are ours; models belong to several programs, so Phial is only offered for them.
  WriteRegStr HKCU "${CLASSES}\Phial.Chat" "" "$(ChatType)"
  WriteRegStr HKCU "${CLASSES}\Phial.Chat\DefaultIcon" "" "$INSTDIR\phial.ico"
  WriteRegStr HKCU "${CLASSES}\Phial.Chat\shell\open\command" "" '"$INSTDIR\Phial.exe" --open "%1"'
  WriteRegStr HKCU "${CLASSES}\.phial" "" "Phial.Chat"
  WriteRegStr HKCU "${CLASSES}\Phial.Model" "" "$(ModelType)"
  WriteRegStr HKCU "${CLASSES}\Phial.Model\DefaultIcon" "" "$INSTDIR\phial.ico"
  WriteRegStr HKCU "${CLASSES}\Phial.Model\shell\open\command" "" '"$INSTDIR\Phial.exe" --open "%1"'
  WriteRegStr HKCU "${CLASSES}\.gguf\OpenWithProgids" "Phial.Model" ""
  WriteRegStr HKCU "${CLASSES}\.md\OpenWithProgids" "Phial.Chat" ""
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd

Section "Uninstall"
  SetShellVarContext current
  SetRegView 64
  Call un.WaitUntilClosed
  !insertmacro remove_program
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Phial.lnk"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  DeleteRegKey HKCU "Software\Phial"
  DeleteRegKey HKCU "${CLASSES}\Phial.Chat"
  DeleteRegKey HKCU "${CLASSES}\Phial.Model"
  ReadRegStr $1 HKCU "${CLASSES}\.phial" ""
  ${If} $1 == "Phial.Chat"
    DeleteRegKey HKCU "${CLASSES}\.phial"
  ${EndIf}
  DeleteRegValue HKCU "${CLASSES}\.gguf\OpenWithProgids" "Phial.Model"
  DeleteRegValue HKCU "${CLASSES}\.md\OpenWithProgids" "Phial.Chat"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'

  ; What the user made is theirs: kept unless they say otherwise.
  StrCpy $0 "$LOCALAPPDATA\phial"
  ${If} ${FileExists} "$0\*"
    ${If} ${Silent}
      ${GetParameters} $1
      ClearErrors
      ${GetOptions} $1 "/DELETEDATA" $2
      ${IfNot} ${Errors}
        RMDir /r "$0"
      ${EndIf}
    ${Else}
      MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "$(DeleteData)" IDNO +2
        RMDir /r "$0"
    ${EndIf}
  ${EndIf}
SectionEnd
