/* One greedy answer of the demo model by one processor module of llama.cpp, without Python:
 *
 *   answer MODULE MODEL
 *
 * Exit codes: 0 answered, 3 the module refuses this processor, 4 anything else failed.
 */
#include <stdio.h>
#include <string.h>

#include "ggml-backend.h"
#include "llama.h"

enum { CONTEXT = 512, PIECE = 64, ANSWER = 48 };  // tokens, bytes, tokens

static const char PROMPT[] =
    "<|im_start|>user<|im_sep|>How do I export a chat?<|im_end|><|im_start|>assistant<|im_sep|>";

int main(int count, char **words) {
  if (count != 3) return fprintf(stderr, "usage: answer MODULE MODEL\n"), 4;
  if (!ggml_backend_load(words[1])) return puts("refused"), 3;
  struct llama_model *model =
      llama_model_load_from_file(words[2], llama_model_default_params());
  if (!model) return puts("the model does not load"), 4;
  struct llama_context_params parameters = llama_context_default_params();
  parameters.n_ctx = CONTEXT;
  parameters.n_threads = parameters.n_threads_batch = 1;
  struct llama_context *context = llama_init_from_model(model, parameters);
  if (!context) return puts("no context"), 4;
  const struct llama_vocab *vocabulary = llama_model_get_vocab(model);
  llama_token tokens[CONTEXT], token;
  int read = llama_tokenize(vocabulary, PROMPT, strlen(PROMPT), tokens, CONTEXT, false, true);
  if (read <= 0) return puts("the prompt does not tokenize"), 4;
  struct llama_sampler *greedy = llama_sampler_init_greedy();
  struct llama_batch batch = llama_batch_get_one(tokens, read);
  for (int done = 0; done < ANSWER; done++) {
    if (llama_decode(context, batch)) return puts("decoding fails"), 4;
    token = llama_sampler_sample(greedy, context, -1);
    if (llama_vocab_is_eog(vocabulary, token)) break;
    char piece[PIECE];
    int length = llama_token_to_piece(vocabulary, token, piece, PIECE, 0, true);
    if (length < 0) return puts("a piece is too long"), 4;
    fwrite(piece, 1, length, stdout);
    batch = llama_batch_get_one(&token, 1);
  }
  puts("");
  return 0;
}
