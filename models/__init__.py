"""The nouns: every table of the clinic. Importing this package makes the metadata whole."""

from models.base import Base, Card, Fact, card_tables, fact_tables
from models.chain import AccessLog, AuditEvent, ChainHead, DayClose, RegisterEntry, Seal
from models.dose import Claim, ClaimRelease, Dose, DoseLine, DoseReversal
from models.episode import Episode, EpisodeEnd, EpisodeEndCorrection
from models.exchange import ImportedRecord, ImportRun
from models.order import DoseOrder, OrderEnd, OrderStep, ReEntryRelease
from models.person import (
    IdentityVersion,
    Notice,
    NoticeTick,
    Person,
    PersonCard,
    PersonPhoto,
    Stop,
    StopRelease,
    Task,
    TaskReason,
)
from models.policy import PolicyApproval
from models.site import Site, SiteSetting, Terminal, Window
from models.staff import SignInAttempt, Staff, StaffRole, StaffSession, Submission
from models.stock import Container, Lot, Movement, Place, Product, Receipt, ReceiptSignature
from models.toxicology import UrineResult, UrineTest
from models.walls import walls

__all__ = [
    "AccessLog",
    "AuditEvent",
    "Base",
    "Card",
    "ChainHead",
    "Claim",
    "ClaimRelease",
    "Container",
    "DayClose",
    "Dose",
    "DoseLine",
    "DoseOrder",
    "DoseReversal",
    "Episode",
    "EpisodeEnd",
    "EpisodeEndCorrection",
    "Fact",
    "IdentityVersion",
    "ImportRun",
    "ImportedRecord",
    "Lot",
    "Movement",
    "Notice",
    "NoticeTick",
    "OrderEnd",
    "OrderStep",
    "Person",
    "PersonCard",
    "PersonPhoto",
    "Place",
    "PolicyApproval",
    "Product",
    "ReEntryRelease",
    "Receipt",
    "ReceiptSignature",
    "RegisterEntry",
    "Seal",
    "SignInAttempt",
    "Site",
    "SiteSetting",
    "Staff",
    "StaffRole",
    "StaffSession",
    "Stop",
    "StopRelease",
    "Submission",
    "Task",
    "TaskReason",
    "Terminal",
    "UrineResult",
    "UrineTest",
    "Window",
    "card_tables",
    "fact_tables",
    "walls",
]
