"""Workloads that are named where the peers' figures come from and are not in workloads_shared.py, built from the
configurations of transformers with seeded weights; as every workload's, they train where it makes sense."""
from __future__ import annotations

import torch
from torch import nn

from models import workload
from workloads_shared import Field

TOKENS = 128


@workload("bert-base", "named", core=True, tags=("encoder",))
def bert_base():
    from transformers import BertConfig, BertModel
    cfg = BertConfig(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    return Field(BertModel(cfg, add_pooling_layer=False), "last_hidden_state"), (torch.randint(0, cfg.vocab_size, (1, TOKENS)),), {}


@workload("llama-110m", "named", core=True, tags=("decoder",))
def llama_110m():
    """The proportions of the 110M model of stories: 12 layers of 768, heads of 64, gated feed-forward, 32,000 tokens."""
    from transformers import LlamaConfig, LlamaForCausalLM
    cfg = LlamaConfig(vocab_size=32000, hidden_size=768, intermediate_size=2048, num_hidden_layers=12, num_attention_heads=12,
                      num_key_value_heads=12, max_position_embeddings=1024, tie_word_embeddings=True, use_cache=False)
    return Field(LlamaForCausalLM(cfg), "logits"), (torch.randint(0, cfg.vocab_size, (1, TOKENS)),), {}


@workload("vit-b16", "named", core=True, tags=("encoder",))
def vit_b16():
    from transformers import ViTConfig, ViTForImageClassification
    cfg = ViTConfig(num_labels=1000)
    return Field(ViTForImageClassification(cfg), "logits"), (torch.randn(1, 3, 224, 224),), {}


@workload("mobilenet-v2", "named", core=True, tags=("conv",))
def mobilenet_v2():
    from transformers import MobileNetV2Config, MobileNetV2Model
    return Field(MobileNetV2Model(MobileNetV2Config()), "last_hidden_state"), (torch.randn(1, 3, 224, 224),), {}


class Decoder(nn.Module):
    """One token more after a cache of keys and values, which are handed in layer by layer: the token's logits."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, token, *cached):
        from transformers import DynamicCache
        cache = DynamicCache(zip(cached[0::2], cached[1::2]))
        return self.model(input_ids=token, past_key_values=cache, use_cache=True).logits


@workload("gpt2-decode", "named", core=True, trains=False, tags=("decoder", "memory"))
def gpt2_decode():
    from transformers import GPT2Config, GPT2LMHeadModel
    cfg = GPT2Config(resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)
    size = (1, cfg.n_head, TOKENS, cfg.n_embd // cfg.n_head)
    cached = [torch.randn(size) for _ in range(2 * cfg.n_layer)]
    return Decoder(GPT2LMHeadModel(cfg)), (torch.randint(0, cfg.vocab_size, (1, 1)), *cached), {}
