"""The architectures: small configurations, seeded random weights, nothing downloaded.

A row is a name and a function giving (module, inputs of a size); inputs(batch, length) are the arguments of
one call, and whatever does not depend on a length ignores it.  Random numbers (dropout, stochastic depth) are
off in training too, so that eager torch can be compared with.
"""
from __future__ import annotations

import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional as F

VISION = pathlib.Path(__file__).resolve().parents[2] / "build" / "vision"
SEED = 20260
ARCHITECTURES = {}


def architecture(name):
    def add(fn):
        assert name not in ARCHITECTURES, name
        ARCHITECTURES[name] = fn
        return fn
    return add


class Outputs(nn.Module):
    """A transformers model, its arguments by name, as a tuple of the tensors it gives."""

    def __init__(self, model, names):
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *args):
        return tuple(t for t in self.model(**dict(zip(self.names, args, strict=True)), return_dict=False)
                     if isinstance(t, torch.Tensor))


def quiet(module: nn.Module) -> nn.Module:
    """Nothing random is left in it."""
    for m in module.modules():
        if isinstance(m, (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d)) or type(m).__name__ == "StochasticDepth":
            m.p = 0.0
        elif isinstance(m, (nn.MultiheadAttention, nn.RNNBase)):
            m.dropout = 0.0
    return module


def build(name: str):
    torch.manual_seed(SEED)
    module, inputs = ARCHITECTURES[name]()
    return quiet(module), inputs


# ---- transformers ----

def words(vocab=90, mask=False, types=False, decoder=False):
    """ids, and perhaps: a mask whose last row is shorter, types of tokens, ids of a decoder."""
    def inputs(batch, length):
        ids = torch.randint(2, vocab, (batch, length))
        out = [ids]
        if mask:
            m = torch.ones_like(ids)
            m[-1, length - length // 3:] = 0
            out.append(m)
        if types:
            out.append(torch.arange(length).expand(batch, length) * 2 // length)
        if decoder:
            out.append(torch.randint(2, vocab, (batch, length // 2)))
        return tuple(out)
    return inputs


def images(size=32, channels=3):
    return lambda batch, length: (torch.randn(batch, channels, size, size),)


def transformer(name, prefix, task, names, inputs, **config):
    @architecture(name)
    def make():
        import transformers
        cfg = getattr(transformers, prefix + "Config")(**config)
        for key, value in vars(cfg).items():
            if isinstance(value, float) and any(s in key for s in ("drop", "mask_time_prob", "mask_feature_prob", "jitter")):
                setattr(cfg, key, 0.0)
        if hasattr(cfg, "use_cache"):
            cfg.use_cache = False
        return Outputs(getattr(transformers, prefix + task)(cfg), names), inputs


IDS, MASKED = ("input_ids",), ("input_ids", "attention_mask")
PIXELS = ("pixel_values",)
SMALL = dict(vocab_size=90, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
             max_position_embeddings=64)
LLAMA = {**SMALL, "num_key_value_heads": 1, "pad_token_id": 0}

transformer("bert", "Bert", "Model", (*MASKED, "token_type_ids"), words(mask=True, types=True), **SMALL)
transformer("roberta", "Roberta", "Model", MASKED, words(mask=True), pad_token_id=0, **SMALL)
transformer("electra", "Electra", "Model", MASKED, words(mask=True), embedding_size=16, **SMALL)
transformer("albert", "Albert", "Model", MASKED, words(mask=True), embedding_size=16, **SMALL)
transformer("deberta-v2", "DebertaV2", "Model", MASKED, words(mask=True), relative_attention=True, position_buckets=8,
            norm_rel_ebd="layer_norm", share_att_key=True, pos_att_type=["p2c", "c2p"], **SMALL)
transformer("layoutlm", "LayoutLM", "Model", MASKED, words(mask=True), max_2d_position_embeddings=64, **SMALL)
transformer("megatron-bert", "MegatronBert", "Model", MASKED, words(mask=True), **SMALL)
transformer("distilbert", "DistilBert", "Model", MASKED, words(mask=True), vocab_size=90, dim=32, n_layers=2, n_heads=2,
            hidden_dim=64, max_position_embeddings=64)
transformer("mpnet", "MPNet", "Model", MASKED, words(mask=True), pad_token_id=0, **SMALL)
transformer("gpt2", "GPT2", "LMHeadModel", IDS, words(), vocab_size=90, n_positions=64, n_embd=32, n_layer=2, n_head=2)
transformer("gpt-neo", "GPTNeo", "ForCausalLM", MASKED, words(mask=True), vocab_size=90, hidden_size=32, num_layers=2,
            num_heads=2, attention_types=[[["global", "local"], 1]], window_size=8, max_position_embeddings=64)
transformer("gpt-neox", "GPTNeoX", "ForCausalLM", MASKED, words(mask=True), **SMALL)
transformer("opt", "OPT", "ForCausalLM", MASKED, words(mask=True), vocab_size=90, hidden_size=32, num_hidden_layers=2,
            num_attention_heads=2, ffn_dim=64, word_embed_proj_dim=32, max_position_embeddings=64, pad_token_id=1)
transformer("bloom", "Bloom", "ForCausalLM", MASKED, words(mask=True), vocab_size=90, hidden_size=32, n_layer=2, n_head=2)
transformer("llama", "Llama", "ForCausalLM", MASKED, words(mask=True), **LLAMA)
transformer("mistral", "Mistral", "ForCausalLM", MASKED, words(mask=True), sliding_window=8, **LLAMA)
transformer("qwen2", "Qwen2", "ForCausalLM", MASKED, words(mask=True), **LLAMA)
transformer("qwen3", "Qwen3", "ForCausalLM", MASKED, words(mask=True), head_dim=16, **LLAMA)
transformer("gemma", "Gemma", "ForCausalLM", MASKED, words(mask=True), head_dim=16, **LLAMA)
transformer("gemma2", "Gemma2", "ForCausalLM", MASKED, words(mask=True), head_dim=16, sliding_window=8,
            query_pre_attn_scalar=16, **LLAMA)
transformer("phi3", "Phi3", "ForCausalLM", MASKED, words(mask=True), eos_token_id=1, bos_token_id=1, **LLAMA)
transformer("mixtral", "Mixtral", "ForCausalLM", MASKED, words(mask=True), num_local_experts=4, **LLAMA)
transformer("bart", "Bart", "Model", (*MASKED, "decoder_input_ids"), words(mask=True, decoder=True), vocab_size=90, d_model=32,
            encoder_layers=2, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=64,
            decoder_ffn_dim=64, max_position_embeddings=64)
transformer("t5", "T5", "Model", (*MASKED, "decoder_input_ids"), words(mask=True, decoder=True), vocab_size=90, d_model=32,
            d_kv=16, d_ff=64, num_layers=2, num_heads=2, relative_attention_num_buckets=8)
transformer("xlnet", "XLNet", "Model", MASKED, words(mask=True), vocab_size=90, d_model=32, n_layer=2, n_head=2, d_inner=64)
transformer("mamba", "Mamba", "ForCausalLM", IDS, words(), vocab_size=90, hidden_size=32, num_hidden_layers=2, state_size=4)
transformer("vit", "ViT", "ForImageClassification", PIXELS, images(), image_size=32, patch_size=8, num_labels=5,
            hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
transformer("beit", "Beit", "ForImageClassification", PIXELS, images(), image_size=32, patch_size=8, num_labels=5,
            hidden_size=32, num_hidden_layers=4, num_attention_heads=2, intermediate_size=64, out_indices=[1, 2, 3, 4],
            use_relative_position_bias=True)
transformer("deit", "DeiT", "ForImageClassification", PIXELS, images(), image_size=32, patch_size=8, num_labels=5,
            hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
transformer("dinov2", "Dinov2", "Model", PIXELS, images(), image_size=32, patch_size=8, hidden_size=32, num_hidden_layers=2,
            num_attention_heads=2)
transformer("swin", "Swin", "ForImageClassification", PIXELS, images(), image_size=32, patch_size=2, num_labels=5, embed_dim=16,
            depths=[2, 2], num_heads=[2, 4], window_size=4)
transformer("segformer", "Segformer", "ForSemanticSegmentation", PIXELS, images(64), num_encoder_blocks=2, depths=[1, 1],
            sr_ratios=[4, 2], hidden_sizes=[16, 32], patch_sizes=[7, 3], strides=[4, 2], num_attention_heads=[1, 2],
            mlp_ratios=[2, 2], decoder_hidden_size=16, num_labels=5)
transformer("convnext", "ConvNext", "ForImageClassification", PIXELS, images(), num_labels=5, hidden_sizes=[16, 32],
            depths=[2, 2], num_stages=2)
transformer("resnet-hf", "ResNet", "ForImageClassification", PIXELS, images(), embedding_size=8, hidden_sizes=[8, 16],
            depths=[1, 2], num_labels=5)
transformer("mobilenet-v2-hf", "MobileNetV2", "ForImageClassification", PIXELS, images(), num_labels=5, depth_multiplier=0.35)
transformer("clip-vision", "CLIPVision", "Model", PIXELS, images(), image_size=32, patch_size=8, hidden_size=32,
            num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
transformer("clip-text", "CLIPText", "Model", MASKED, words(mask=True), eos_token_id=1, bos_token_id=0, pad_token_id=1, **SMALL)
transformer("whisper", "Whisper", "Model", ("input_features", "decoder_input_ids"),
            lambda batch, length: (torch.randn(batch, 8, 64), torch.randint(2, 90, (batch, length))), vocab_size=90,
            num_mel_bins=8, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
            decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64, max_source_positions=32,
            max_target_positions=64, pad_token_id=0, bos_token_id=1, eos_token_id=1, decoder_start_token_id=1)
transformer("wav2vec2", "Wav2Vec2", "Model", ("input_values",),
            lambda batch, length: (torch.randn(batch, 100 * length),), hidden_size=32, num_hidden_layers=2,
            num_attention_heads=2, intermediate_size=64, conv_dim=(16, 16), conv_stride=(5, 4), conv_kernel=(10, 5),
            num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=2, num_feat_extract_layers=2)


# ---- torchvision ----

def torchvision():
    """The module, found in build/vision.  Its operators may be built for another torch: no model here has one."""
    if "torchvision" not in sys.modules:
        sys.path.append(str(VISION))
        if not hasattr(torch.ops.torchvision, "nms"):
            lib = torch.library.Library("torchvision", "FRAGMENT")
            for name in ("nms", "qnms"):
                lib.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
            torchvision.lib = lib
        import torchvision as module
        assert module
    return sys.modules["torchvision"]


class Leaves(nn.Module):
    """The tensors of whatever a model gives."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *args):
        return tuple(t for t in torch.utils._pytree.tree_leaves(self.model(*args)) if isinstance(t, torch.Tensor))


def vision(name, size=64, where="models", scaled=False, **kw):
    """scaled: by He's rule, where a constructor leaves weights so small that a result is the last bias."""
    @architecture("tv-" + name.lower().replace("_", "-"))
    def make():
        module = torchvision()
        module = getattr(module.models, where) if where != "models" else module.models
        made = getattr(module, name)
        model = made(**kw) if isinstance(made, type) else made(weights=None, **kw)
        for m in model.modules() if scaled else ():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight)
        return Leaves(model), images(size)


for _name in """resnet18 resnet50 resnext50_32x4d wide_resnet50_2 mobilenet_v2 mobilenet_v3_small mnasnet0_5 shufflenet_v2_x0_5
        efficientnet_b0 efficientnet_v2_s regnet_y_400mf regnet_x_400mf densenet121 squeezenet1_1 vgg11_bn convnext_tiny""".split():
    vision(_name, num_classes=10)
vision("alexnet", 96, num_classes=10)
vision("googlenet", 96, scaled=True, num_classes=10, aux_logits=False, init_weights=False)
vision("inception_v3", 128, scaled=True, num_classes=10, aux_logits=False, init_weights=False)
vision("vit_b_16", num_classes=10, image_size=64)
vision("swin_t", num_classes=10)
vision("swin_v2_t", num_classes=10)
vision("MaxVit", input_size=(64, 64), partition_size=2, stem_channels=16, block_channels=[16, 32, 64], block_layers=[1, 1, 2],
       head_dim=8, stochastic_depth_prob=0.0, num_classes=10)
vision("deeplabv3_mobilenet_v3_large", where="segmentation", weights_backbone=None, num_classes=5)
vision("fcn_resnet50", where="segmentation", weights_backbone=None, num_classes=5)
vision("lraspp_mobilenet_v3_large", where="segmentation", weights_backbone=None, num_classes=5)


# ---- others ----

@architecture("nn-transformer")
def nn_transformer():
    model = nn.Transformer(32, 2, 2, 2, 64, dropout=0.0, batch_first=True)
    return model, lambda batch, length: (torch.randn(batch, length, 32), torch.randn(batch, length // 2, 32))


class Block(nn.Module):
    """Of a U-Net that removes noise: two convolutions, and the time between them."""

    def __init__(self, cin, cout, time=32):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(4, cin), nn.Conv2d(cin, cout, 3, padding=1)
        self.time = nn.Linear(time, cout)
        self.norm2, self.conv2 = nn.GroupNorm(4, cout), nn.Conv2d(cout, cout, 3, padding=1)
        self.skip = nn.Conv2d(cin, cout, 1) if cin != cout else nn.Identity()

    def forward(self, x, t):
        h = self.conv1(F.silu(self.norm1(x))) + self.time(F.silu(t))[:, :, None, None]
        return self.conv2(F.silu(self.norm2(h))) + self.skip(x)


class Mix(nn.Module):
    """Attention over the places of an image."""

    def __init__(self, channels, heads=2):
        super().__init__()
        self.norm, self.heads = nn.GroupNorm(4, channels), heads
        self.qkv, self.out = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)

    def forward(self, x):
        n, c, h, w = x.shape
        q, k, v = self.qkv(self.norm(x).flatten(2).transpose(1, 2)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        return x + self.out(y).transpose(1, 2).reshape(n, c, h, w)


class UNet(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        w = width
        self.time = nn.Sequential(nn.Linear(16, 32), nn.SiLU(), nn.Linear(32, 32))
        self.first = nn.Conv2d(3, w, 3, padding=1)
        self.down1, self.down2 = Block(w, w), Block(w, 2 * w)
        self.shrink = nn.ModuleList([nn.Conv2d(w, w, 3, 2, 1), nn.Conv2d(2 * w, 2 * w, 3, 2, 1)])
        self.middle, self.mix = Block(2 * w, 2 * w), Mix(2 * w)
        self.grow = nn.ConvTranspose2d(2 * w, 2 * w, 2, 2)
        self.up2, self.up1 = Block(4 * w, w), Block(2 * w, w)
        self.last = nn.Conv2d(w, 3, 3, padding=1)

    def forward(self, x, t):
        angle = t[:, None] * torch.exp(torch.arange(8) * -0.5)
        t = self.time(torch.cat([angle.sin(), angle.cos()], -1).to(x.dtype))
        a = self.down1(self.first(x), t)
        b = self.down2(self.shrink[0](a), t)
        m = self.mix(self.middle(self.shrink[1](b), t))
        u = self.up2(torch.cat([self.grow(m), b], 1), t)
        u = F.interpolate(u, scale_factor=2.0, mode="nearest")
        return self.last(self.up1(torch.cat([u, a], 1), t))


@architecture("unet")
def unet():
    return UNet(), lambda batch, length: (torch.randn(batch, 3, 32, 32), torch.arange(batch) * 7.0)


class Dlrm(nn.Module):
    """Recommendation: bags of embeddings, a bottom and a top network, all products between features."""

    def __init__(self, tables=4, rows=50, dim=16):
        super().__init__()
        self.bags = nn.ModuleList([nn.EmbeddingBag(rows, dim, mode="sum") for _ in range(tables)])
        self.bottom = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, dim), nn.ReLU())
        pairs = (tables + 1) * tables // 2
        self.top = nn.Sequential(nn.Linear(dim + pairs, 32), nn.ReLU(), nn.Linear(32, 2))
        self.register_buffer("pair", torch.tril_indices(tables + 1, tables + 1, -1))

    def forward(self, dense, sparse):
        x = self.bottom(dense)
        f = torch.stack([x] + [bag(sparse[:, i]) for i, bag in enumerate(self.bags)], 1)
        p = f @ f.transpose(1, 2)
        return self.top(torch.cat([x, p[:, self.pair[0], self.pair[1]]], 1))


@architecture("dlrm")
def dlrm():
    return Dlrm(), lambda batch, length: (torch.randn(batch, 13), torch.randint(0, 50, (batch, 4, 3)))


def recurrent(name, cls, **kw):
    @architecture(name)
    def make():
        return Leaves(cls(12, 16, num_layers=2, batch_first=True, **kw)), \
            lambda batch, length: (torch.randn(batch, length, 12),)


recurrent("lstm", nn.LSTM, bidirectional=True)
recurrent("gru", nn.GRU)
