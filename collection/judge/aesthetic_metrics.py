"""What the published aesthetic predictors say: their entries in the catalogue. `aesthetic.py` reads and runs them."""

from __future__ import annotations

from collection.judge.metric import UNBOUNDED, Metric

LAION_V1_B32 = Metric(
    name="laion-v1-b32",
    range=UNBOUNDED,
    better="higher",
    says="LAION's first aesthetic predictor on CLIP ViT-B/32; nearly all pictures score -2 to 11.",
    source="LAION-AI/aesthetic-predictor, 2022: one linear layer on what raters of Simulacra said of generated "
    "pictures",
    limits="The likings of few raters, who marked frightening pictures down; of two pictures of one prompt it is not "
    "much better than chance at saying which people prefer.",
)
LAION_V1_B16 = Metric(
    name="laion-v1-b16",
    range=UNBOUNDED,
    better="higher",
    says="The same on CLIP ViT-B/16.",
    source="LAION-AI/aesthetic-predictor, 2022",
    limits="As laion-v1-b32; the numbers of different encoders are not comparable.",
)
LAION_V1_L14 = Metric(
    name="laion-v1-l14",
    range=UNBOUNDED,
    better="higher",
    says="The same on CLIP ViT-L/14, by which LAION-5B was filtered.",
    source="LAION-AI/aesthetic-predictor, 2022",
    limits="As laion-v1-b32; the numbers of different encoders are not comparable.",
)
SAC_LOGOS_AVA1 = Metric(
    name="sac-logos-ava1",
    range=UNBOUNDED,
    better="higher",
    says="The improved aesthetic predictor on CLIP ViT-L/14; nearly all pictures score 3 to 7.5.",
    source="christophschuhmann/improved-aesthetic-predictor, 2022: trained on Simulacra, logos and AVA",
    limits="Trained on AVA's photography contests: it likes what wins there. Its numbers are not on the scale of "
    "laion-v1.",
)
AESTHETIC_V2_5 = Metric(
    name="aesthetic-v2.5",
    range=UNBOUNDED,
    better="higher",
    says="How beautiful people who rated pictures would find it: a regression on SigLIP's vectors; 5.5 and more is "
    "meant to be great.",
    source="Aesthetic Predictor V2.5 (github discus0434/aesthetic-predictor-v2-5), AGPL-3.0",
    limits="There is no paper and no published correlation with people. Whose likings it holds is not known. Look at "
    "its license before you offer it as a service.",
)
