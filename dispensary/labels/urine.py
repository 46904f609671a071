"""The substances and panels of `policy/urine.toml` once more, so that translators find them; a test compares the two."""

from dispensary.labels.marking import N_

PHRASES: tuple[str, ...] = (
    N_("methadone"),
    N_("EDDP, which the body makes of methadone"),
    N_("buprenorphine"),
    N_("norbuprenorphine, which the body makes of buprenorphine"),
    N_("opiates: heroin, morphine, codeine"),
    N_("6-acetylmorphine: heroin"),
    N_("fentanyl"),
    N_("oxycodone"),
    N_("tramadol"),
    N_("amphetamines, methamphetamine"),
    N_("cocaine"),
    N_("benzodiazepines"),
    N_("barbiturates"),
    N_("cannabis"),
    N_("ketamine"),
    N_("Strip, 6 fields"),
    N_("Strip, 4 fields"),
    N_("Strip, the medicine only: EDDP and buprenorphine"),
    N_("Strip, opiates only"),
    N_("Laboratory, medicine with what the body makes of it, and other substances"),
    N_("Laboratory, the medicine only, with what the body makes of it"),
    N_("EDDP"),
    N_("norbuprenorphine"),
    N_("opiates"),
    N_("6-acetylmorphine"),
    N_("amphetamines"),
)
