"""Sentences about passages, written by hand as models write them: true ones, and wrong ones.

Passages of a lease, a trial, a report in German, history, a manual, statistics, a judgment; some in
other scripts.
"""

from __future__ import annotations

PASSAGES = (
    (
        "7. Rent and deposit\n"
        "7.1 The monthly rent is EUR 1,480.00, payable in advance by the third working day\n"
        "of each\n"
        "month to the account named in Schedule B. 7.2 The Tenant shall pay a deposit equal\n"
        "to three\n"
        "months' rent (EUR 4,440) in not more than three instalments; the first falls due\n"
        "when the\n"
        "tenancy begins on 1 April 2024. 7.3 If the Tenant is more than ten days in arrears,\n"
        "the\n"
        "Landlord, Hartmann & Söhne Immobilien GmbH, may charge interest at 5 percentage\n"
        "points above\n"
        "the base rate (§ 288 BGB). Pets other than small animals need the Landlord's prior\n"
        "written con-\n"
        "sent, which must not be withheld without good reason."
    ),
    (
        "Results. Of 1,204 patients who were screened, 812 (67.4%) were randomised: 406 to\n"
        "velotinib\n"
        "and 406 to placebo. Median age was 61 years (range 34-83); 44% were women. At 24\n"
        "weeks the primary\n"
        "endpoint was reached by 231 patients (56.9%) in the velotinib group and 148 (36.5%)\n"
        "with placebo\n"
        "(hazard ratio 0.58; 95% CI, 0.47-0.71; P<0.001). Grade 3 or higher adverse events\n"
        "occurred in 18.2%\n"
        "versus 11.6%. Two deaths in the velotinib arm were considered treatment-related by\n"
        "Dr. K. Osei and\n"
        "co-workers at St Thomas' Hospital, London. The trial (NCT04512345) was funded by\n"
        "Meridian Bio."
    ),
    (
        "Umsatz und Ergebnis. Der Umsatz der Nordwerk AG stieg im Geschäftsjahr 2023 um 8,4\n"
        "% auf\n"
        "1.362,7 Mio. € (Vorjahr: 1.257,1 Mio. €). Das EBIT verringerte sich auf 94,3 Mio. €\n"
        "(Vj. 101,9 Mio. €),\n"
        "vor allem wegen höherer Energiekosten im Werk Salzgitter. Der Vorstand schlägt der\n"
        "Hauptver-\n"
        "sammlung am 16. Mai 2024 eine Dividende von 1,10 € je Aktie vor. Frau Dr. Annegret\n"
        "Volz folgt zum\n"
        "1. Juli auf Herrn Bernd Krähe als Finanzvorständin. Ende des Jahres waren 5.318\n"
        "Menschen beschäftigt."
    ),
    (
        "The siege of Karsolm lasted from the autumn of 1643 until the following spring.\n"
        "General Wrede,\n"
        "who commanded some 7,000 Swedes, had the outer works stormed on the night of 12\n"
        "February; the garrison under Colonel\n"
        "Anton von Ruhla, reduced to fewer than 900 men, surrendered on terms eleven days\n"
        'later. A contemporary wrote: "There was\n'
        'not a cat left in the town." The walls were slighted in 1648 under the Peace of\n'
        "Westphalia."
    ),
    "افتتح الجسر عام 1962 وبلغت كلفته 1,250,000 دينار. المهندس هو سامي حداد.",
    "הגשר נפתח ב-3 במאי 1962 ועלה 1,250,000 שקלים. המהנדסת היתה רות לוי.",
    "灯台は1883年に建てられ、高さは47メートルである。設計者は山田花子。",
    (
        "Section 3: Care of the machine. Descale the boiler every three months, or after 200\n"
        "cycles,\n"
        "whichever comes first. Use only citric acid (max. 50 g per litre); vinegar attacks\n"
        "the seals and voids the war-\n"
        "ranty. The Brunello 450 draws 1.35 kW at 230 V and weighs 11.8 kg. The water tank\n"
        "holds 1.8 litres. If the red\n"
        "lamp blinks twice per second, the pump (part no. 77-4402-B) has run dry: switch\n"
        "off, refill, wait 15 minutes.\n"
        "Service: Casa Brunello S.r.l., Via Dante 12, Torino; Mon-Fri 9:00-17:30, +39 011\n"
        "555 0142."
    ),
    (
        "3.2 Population. In 2021 the municipality counted 23,481 inhabitants, 1.7 per cent\n"
        "fewer than in 2011\n"
        "(23,887). Roughly one in five (21 %) was older than 65. The number of households\n"
        "grew from 9,102 to\n"
        "10,344 because more people live alone. Unemployment fell to 4.9 per cent, the\n"
        "lowest since records began in 1991.\n"
        "Mayor Lidia Fontanel (Greens) attributes this to the wind-turbine works that\n"
        "Helgesen AS opened in 2016."
    ),
    (
        "Die Klägerin, die Baumann Logistik GmbH aus Kassel, verlangt von der Beklagten\n"
        "Zahlung von 18.250,00 EUR nebst\n"
        "Zinsen in Höhe von neun Prozentpunkten über dem Basiszinssatz seit dem 3. März\n"
        "2022. Das Landgericht Kassel hat\n"
        "der Klage mit Urteil vom 14. September 2022 (Az. 6 O 417/22) in Höhe von 12.000 EUR\n"
        "stattgegeben und sie im Übrigen\n"
        "abgewiesen. Die Berufung der Beklagten, vertreten durch Rechtsanwältin Dr. Miriam\n"
        "Oster, blieb ohne Erfolg."
    ),
    (
        "L'usine de Saint-Aubrac emploie 312 personnes depuis 2019. Sa directrice, Claire\n"
        "Montferrand, a annoncé\n"
        "le 7 juin 2023 un investissement de 4,6 millions d'euros dans une nouvelle ligne de\n"
        "production."
    ),
)
"""Cited as 1, 2 and so on."""
TRUE = (
    "The monthly rent is €1,480 and must be paid in advance [1].",
    "Rent is due by the 3rd working day of every month [1].",
    (
        "The deposit amounts to three months' rent, i.e. €4,440, and can be paid in up to "
        "three instalments [1]."
    ),
    "The first instalment is due on April 1, 2024, when the tenancy starts [1].",
    (
        "If you are more than 10 days late, the landlord can charge interest of 5 "
        "percentage points above the base rate under § 288 BGB [1]."
    ),
    "The landlord is Hartmann & Söhne Immobilien GmbH [1].",
    "You need the landlord's written consent for pets, except for small animals [1].",
    "**Deposit:** EUR 4,440 (three months' rent) [1]",
    "According to section 7.2, the deposit is EUR 4440 [1].",
    "Yes \u2013 small pets are allowed without consent [1].",
    (
        'Therefore, keeping a dog would require prior written consent, and it "must not be '
        'withheld without good reason" [1].'
    ),
    "The study screened 1204 patients and randomized 812 of them [2].",
    "Half of those (406 each) received velotinib or placebo [2].",
    (
        "The primary endpoint at week 24 was met in 56.9% of velotinib patients compared "
        "to 36.5% on placebo [2]."
    ),
    "The hazard ratio was 0.58 (95% CI 0.47\u20130.71, p < 0.001) [2].",
    "Participants had a median age of 61 (34 to 83) and 44 percent were female [2].",
    "Severe side effects (grade ≥3) were more common with velotinib: 18.2% vs. 11.6% [2].",
    "Two deaths were judged to be related to the treatment [2].",
    "The trial's sponsor was Meridian Bio, and its registration number is NCT04512345 [2].",
    "Dr Osei works at St. Thomas' Hospital in London [2].",
    "Adverse events of grade 3 or higher were seen in 18.2 % [2].",
    "Women made up 44 % of the participants [2].",
    (
        "Nordwerk erzielte 2023 einen Umsatz von 1.362,7 Millionen Euro, ein Plus von 8,4 "
        "Prozent [3]."
    ),
    "Im Vorjahr lag der Umsatz bei 1.257,1 Mio. Euro [3].",
    "Das EBIT sank von 101,9 auf 94,3 Mio. € [3].",
    "Grund waren vor allem gestiegene Energiekosten am Standort Salzgitter [3].",
    (
        "Die Hauptversammlung findet am 16.05.2024 statt; vorgeschlagen wird eine "
        "Dividende von 1,10 Euro pro Aktie [3]."
    ),
    "Annegret Volz wird ab 1. Juli Finanzvorständin und löst Bernd Krähe ab [3].",
    "Zum Jahresende hatte das Unternehmen 5318 Mitarbeiter [3].",
    "Nordwerk employed 5,318 people at the end of 2023 [3].",
    "The dividend proposed for the annual general meeting on 16 May 2024 is €1.10 per share [3].",
    "Revenue rose 8.4% to €1,362.7 million [3].",
    "General Wrede led about 7,000 Swedish soldiers [4].",
    "The outer works fell during the night of February 12 [4].",
    "Colonel von Ruhla's garrison had less than 900 men when it surrendered 11 days later [4].",
    'A witness said there was "not a cat left in the town" [4].',
    "In 1648 the fortifications were demolished, as the Peace of Westphalia required [4].",
    "Anton von Ruhla commanded the defenders [4].",
    "افتتح الجسر عام 1962 [5].",
    "بلغت كلفة الجسر 1250000 دينار [5].",
    "הגשר עלה 1,250,000 שקלים [6].",
    "灯台の高さは47メートルです [7]。",
    "Based on the passage, the rent is 1.480,00 € per month [1].",
    "Here are the key figures: revenue of €1,362.7 million and EBIT of €94.3 million [3].",
    "Interest: 5 percentage points above base rate [1].",
    "Wrede's troops (7,000 men) besieged Karsolm [4].",
    "I'm happy to help! The tenancy begins on 1 April 2024 [1].",
    "Sure, the landlord may not refuse without good reason [1].",
    "Note that Schedule B names the account [1].",
    "Only 406 patients got velotinib [2].",
    "No pets other than small animals may be kept without consent [1].",
    "Der Mieter zahlt monatlich 1.480 Euro im Voraus [1].",
    "The CI ranged from 0.47 to 0.71 [2].",
    "| Group | Velotinib | 231 (56.9%) [2] |",
    "The boiler should be descaled every 3 months or after 200 cycles, whichever is earlier [8].",
    "Do not use vinegar, since it damages the seals and voids the warranty [8].",
    "Only citric acid may be used, at no more than 50 g per liter [8].",
    "The Brunello 450 has a power of 1.35 kW, runs at 230 V and weighs 11.8 kg [8].",
    "Its tank has a capacity of 1.8 liters [8].",
    "A red lamp that flashes two times a second means that the pump is dry [8].",
    "In that case, switch the machine off, refill it and wait for 15 minutes [8].",
    "The part number of the pump is 77-4402-B [8].",
    "Customer service can be reached Monday to Friday from 9:00 to 17:30 at +39 011 555 0142 [8].",
    "The manufacturer, Casa Brunello S.r.l., is based at Via Dante 12 in Torino [8].",
    "Vinegar voids the warranty [8].",
    "Remember: refill the tank before switching it on again [8].",
    "- **Weight**: 11.8 kg [8]",
    "- **Voltage**: 230 V [8]",
    "In 2021, there were 23,481 people living in the municipality [9].",
    "About 21% of residents were over 65 [9].",
    "Households increased to 10,344 from 9,102 [9].",
    "The reason is that more people live alone [9].",
    "The unemployment rate of 4.9% was the lowest since 1991 [9].",
    (
        "According to Mayor Lidia Fontanel of the Greens, this is due to the wind-turbine "
        "factory of Helgesen AS [9]."
    ),
    "Helgesen AS opened its works there in 2016 [9].",
    "Fontanel credits the turbine works for the drop in unemployment [9].",
    "Population decline between 2011 and 2021 was 1.7 percent [9].",
    "Every fifth inhabitant was older than 65 [9].",
    "Overall, fewer people lived there in 2021 than in 2011 [9].",
    "Die Klägerin fordert 18.250 Euro zuzüglich Zinsen seit dem 3. März 2022 [10].",
    "Der Zinssatz liegt neun Prozentpunkte über dem Basiszinssatz [10].",
    "Das Landgericht Kassel sprach ihr 12.000 € zu [10].",
    "Das Urteil stammt vom 14.09.2022 und trägt das Aktenzeichen 6 O 417/22 [10].",
    "Die Berufung wurde zurückgewiesen [10].",
    "Rechtsanwältin Miriam Oster vertrat die Beklagte [10].",
    "Klägerin ist die Baumann Logistik GmbH mit Sitz in Kassel [10].",
    "Im Übrigen wurde die Klage abgewiesen [10].",
    "Baumann Logistik GmbH is the claimant [10].",
    "L'usine emploie 312 personnes [11].",
    "Claire Montferrand dirige l'usine de Saint-Aubrac depuis plusieurs années [11].",
    "Elle a annoncé un investissement de 4,6 millions d'euros le 7 juin 2023 [11].",
    "Depuis 2019, 312 personnes y travaillent [11].",
    "The plant in Saint-Aubrac has 312 employees [11].",
    "On 7 June 2023 Claire Montferrand announced that €4.6 million would be invested [11].",
)
DERIVED = (
    "The siege began in autumn 1643 and ended in spring 1644 [4].",
    "Unfortunately, the passage does not say how many civilians died [4].",
    "That is 1.7% less than ten years earlier, when there were 23,887 [9].",
    (
        "The claimant sought EUR 18,250 and was awarded EUR 12,000 by the Regional Court "
        "of Kassel [10]."
    ),
)
"""True as well, but something in them does not stand there: computed, translated, or denied."""
FALSE = (
    "Dr K. Osei funded the trial [2].",
    "The trial was funded by St Thomas' Hospital [2].",
    "The Landlord shall pay a deposit equal to three months' rent [1].",
    "The water tank holds 11.8 litres [8].",
    "The number of households grew from 23,887 to 10,344 [9].",
    "The monthly rent is €1,840 and must be paid in advance [1].",
    "The deposit equals two months' rent, €4,440 [1].",
    "The landlord is Hartmann & Partner Immobilien GmbH [1].",
    'It "must never be withheld without good reason" [1].',
    "The first instalment is due on April 2, 2024 [1].",
    "The study randomized 821 patients [2].",
    "The hazard ratio was 0.85 [2].",
    "The trial was funded by Meridian Pharma [2].",
    "Dr Osei works at Guy's Hospital in London [2].",
    "Its registration number is NCT04512354 [2].",
    "Der Umsatz stieg auf 1.326,7 Mio. € [3].",
    "Die Hauptversammlung ist am 15. Mai 2024 [3].",
    "Annegret Holz wird Finanzvorständin [3].",
    "Das EBIT stieg auf 94,3 Mio. € im Werk Peine [3].",
    "Zum Jahresende waren 5.381 Menschen beschäftigt [3].",
    "Colonel Wrangel defended the town [4].",
    "The garrison surrendered twelve days later [4].",
    'A witness said there was "not a dog left in the town" [4].',
    "The walls were slighted in 1658 [4].",
    "افتتح الجسر عام 1963 [5].",
    "בלגה 1,350,000 שקלים [6].",
    "灯台の高さは48メートルです [7]。",
    "The boiler should be descaled every 4 months [8].",
    "The Brunello 540 weighs 11.8 kg [8].",
    "The part number of the pump is 77-4420-B [8].",
    "Service is open until 18:30 [8].",
    "The manufacturer is based in Milano [8].",
    'The document says that "vinegar attacks the hoses" [8].',
    "In 2021 there were 23,841 inhabitants [9].",
    "Unemployment fell to 4.5% [9].",
    "Mayor Lidia Fontanel belongs to the Liberals [9].",
    "Households grew to 10,434 [9].",
    "Torgersen AS opened the works [9].",
    "Die Klägerin fordert 18.520 Euro [10].",
    "Das Urteil stammt vom 15. September 2022 [10].",
    "Das Landgericht Fulda gab der Klage statt [10].",
    "Rechtsanwältin Dr. Miriam Ostermann vertrat sie [10].",
    "L'usine emploie 321 personnes [11].",
    "Claire Montfort dirige l'usine [11].",
)
MISSED = (
    "Helgesen AS attributes this to the wind-turbine works [9].",
    "Rent is due by the 5th working day of every month [1].",
    "General Wrede surrendered to Colonel Anton von Ruhla [4].",
    "Der Umsatz sank um 8,4 % auf 1.362,7 Mio. € [3].",
    "Pets are allowed with verbal consent [1].",
)
"""False, and not noticed: what they say stands there of something else, or is no number or name."""
