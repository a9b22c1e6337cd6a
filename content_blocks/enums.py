"""The fixed vocabularies of signs and contact routes.

The values are stored data: they appear in the database, in revisions and in campaign files, and
are never renamed without a data migration. Sources: the campaign's fact sheet on signs (section
2.0) and on contact routes (section 3.0).
"""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Pictogram(TextChoices):
    """The drawing that stands for a kind of place. One stroke weight, places and objects only."""

    BED = "bed", _("Bed (hotels)")
    GLASS = "glass", _("Glass (venues)")
    TAXI = "taxi", _("Taxi")
    CAR = "car", _("Car")
    TREE = "tree", _("Tree (parks)")
    TRAIN = "train", _("Train")
    SHOP = "shop", _("Shop")
    SCHOOL = "school", _("School")
    HEALTH = "health", _("Cross (health)")
    HOUSE = "house", _("House")
    KEY = "key", _("Key (short lets)")
    PHONE = "phone", _("Phone (online)")
    TABLE = "table", _("Kitchen table (home)")
    PLACE = "place", _("Map pin (any place)")


class Observed(TextChoices):
    """Who or what you are looking at when you notice the sign."""

    CHILD = "child", _("A child or young person")
    ADULT = "adult", _("An adult or older person")
    PLACE = "place", _("A place")
    ONLINE = "online", _("Something online")


class Role(TextChoices):
    """Who is likely to notice a sign."""

    ANYONE = "anyone", _("Anyone")
    RECEPTION = "reception", _("Reception staff")
    HOUSEKEEPING = "housekeeping", _("Housekeeping staff")
    DOOR_STAFF = "door_staff", _("Door and security staff")
    BAR_STAFF = "bar_staff", _("Bar and takeaway staff")
    DRIVER = "driver", _("Drivers")
    TRANSPORT_STAFF = "transport_staff", _("Bus, tram and rail staff")
    SHOP_STAFF = "shop_staff", _("Shop and salon staff")
    DELIVERY = "delivery", _("Delivery workers and trades")
    NEIGHBOUR = "neighbour", _("Neighbours")
    HOUSING_STAFF = "housing_staff", _("Housing staff and landlords")
    PARENT = "parent", _("Parents and carers")
    TEACHER = "teacher", _("School and college staff")
    YOUTH_WORKER = "youth_worker", _("Youth workers and coaches")
    CLINICIAN = "clinician", _("Health staff")
    COUNCIL_STAFF = "council_staff", _("Council staff and councillors")
    FRIEND = "friend", _("Friends and other young people")


class ExploitationType(TextChoices):
    """Which kind of exploitation the sign is published for."""

    CSE = "cse", _("Sexual exploitation")
    CCE = "cce", _("Criminal exploitation")
    BOTH = "both", _("Sexual and criminal exploitation")


class Confirmation(TextChoices):
    """How sure we are of a sign. A sign that is awaiting confirmation is never public."""

    SOURCED = "sourced", _("Taken from a named source")
    AWAITING = "awaiting", _("Waiting for a safeguarding professional")
    CONFIRMED = "confirmed", _("Confirmed by a safeguarding professional")


class Audience(TextChoices):
    """Whom a contact route is for."""

    CHILD = "child", _("Children and young people")
    WORRIED_ADULT = "worried_adult", _("Adults worried about a child")
    FAMILY = "family", _("Parents, carers and family")
    SURVIVOR = "survivor", _("People who were abused")
    PROFESSIONAL = "professional", _("People worried through their work")
    WHISTLEBLOWER = "whistleblower", _("People speaking up about their workplace")
    OWN_BEHAVIOUR = "own_behaviour", _("People worried about their own behaviour")


class Urgency(TextChoices):
    """How soon the route answers to."""

    NOW = "now", _("Danger now")
    TODAY = "today", _("Today")
    ANY_TIME = "any_time", _("Any time you are ready")


class Channel(TextChoices):
    """How the route is reached."""

    PHONE = "phone", _("Phone")
    TEXT = "text", _("Text message")
    TEXTPHONE = "textphone", _("Textphone or Relay UK")
    EMAIL = "email", _("Email")
    ONLINE_FORM = "online_form", _("Online form")
    WEBSITE = "website", _("Website")
    WEBCHAT = "webchat", _("Web chat")
    BSL_VIDEO = "bsl_video", _("British Sign Language video")
    IN_PERSON = "in_person", _("In person")


#: Channels that are reached by a number, by an email address, and by a link.
NUMBER_CHANNELS = frozenset({Channel.PHONE, Channel.TEXT, Channel.TEXTPHONE})
EMAIL_CHANNELS = frozenset({Channel.EMAIL})
LINK_CHANNELS = frozenset({Channel.ONLINE_FORM, Channel.WEBSITE, Channel.WEBCHAT})
#: Channels that may be reached by a number or by a link.
EITHER_CHANNELS = frozenset({Channel.BSL_VIDEO, Channel.IN_PERSON})


class Independence(TextChoices):
    """Whether the operator is independent of the council, or of the police."""

    YES = "yes", pgettext_lazy("independent", "Yes")
    NO = "no", pgettext_lazy("independent", "No")
    UNKNOWN = "unknown", pgettext_lazy("independent", "We are checking")


class PoliceIndependence(TextChoices):
    """Whether the operator is independent of the police; some services are so in part."""

    YES = "yes", pgettext_lazy("independent", "Yes")
    NO = "no", pgettext_lazy("independent", "No")
    PART = "part", pgettext_lazy("independent", "In part")
    UNKNOWN = "unknown", pgettext_lazy("independent", "We are checking")


class Anonymity(TextChoices):
    """What a person has to tell about themselves.

    Enumerated, never free text: a false "guaranteed anonymous" misleads a frightened person.
    """

    FULLY_ANONYMOUS = "fully_anonymous", _("They never know who you are")
    CAN_STAY_ANONYMOUS = "can_stay_anonymous", _("You can choose not to give your name")
    CONFIDENTIAL = "confidential", _("Confidential, with limits")
    MUST_GIVE_NAME = "must_give_name", _("You are asked for your name")
    UNKNOWN = "unknown", _("We are checking this")


class Cost(TextChoices):
    """What contacting the route costs."""

    FREE = "free", _("Free")
    STANDARD = "standard", _("Standard call or message rate")
    OTHER = "other", _("Other (say which)")
    UNKNOWN = "unknown", _("We are checking the cost")


class ShownOnBill(TextChoices):
    """Whether a call or message can be seen on a phone bill."""

    NO = "no", pgettext_lazy("on a phone bill", "Not shown")
    YES = "yes", pgettext_lazy("on a phone bill", "Shown")
    UNKNOWN = "unknown", pgettext_lazy("on a phone bill", "We are checking")


class RouteStatus(TextChoices):
    """The state of a contact route. Not the same as being published."""

    LIVE = "live", _("Working: the details have been checked")
    CHECKING = "checking", _("Being checked: readers see other ways to get help")
    WITHDRAWN = "withdrawn", _("Withdrawn: readers see what replaces it")


class Weekday(IntegerChoices):
    """Days, as `datetime.date.weekday()` counts them (Monday is 0)."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class SpokenLanguage(TextChoices):
    """Languages a service offers, as BCP 47 codes."""

    ENGLISH = "en", _("English")
    BSL = "bfi", _("British Sign Language")
    ALBANIAN = "sq", _("Albanian")
    AMHARIC = "am", _("Amharic")
    ARABIC = "ar", _("Arabic")
    BENGALI = "bn", _("Bengali")
    CHINESE_SIMPLIFIED = "zh-Hans", _("Chinese (simplified)")
    CHINESE_TRADITIONAL = "zh-Hant", _("Chinese (traditional)")
    CZECH = "cs", _("Czech")
    DARI = "prs", _("Dari")
    FARSI = "fa", _("Farsi")
    FRENCH = "fr", _("French")
    GUJARATI = "gu", _("Gujarati")
    HINDI = "hi", _("Hindi")
    HUNGARIAN = "hu", _("Hungarian")
    KURDISH_SORANI = "ckb", _("Kurdish (Sorani)")
    LATVIAN = "lv", _("Latvian")
    LITHUANIAN = "lt", _("Lithuanian")
    PASHTO = "ps", _("Pashto")
    POLISH = "pl", _("Polish")
    PORTUGUESE = "pt", _("Portuguese")
    PUNJABI = "pa", _("Punjabi")
    PUNJABI_WESTERN = "pa-Arab", _("Punjabi (Western, Pahari-Pothwari)")
    ROMANI = "rom", _("Romani")
    ROMANIAN = "ro", _("Romanian")
    RUSSIAN = "ru", _("Russian")
    SLOVAK = "sk", _("Slovak")
    SOMALI = "so", _("Somali")
    SPANISH = "es", _("Spanish")
    TIGRINYA = "ti", _("Tigrinya")
    TURKISH = "tr", _("Turkish")
    UKRAINIAN = "uk", _("Ukrainian")
    URDU = "ur", _("Urdu")
    VIETNAMESE = "vi", _("Vietnamese")
    WELSH = "cy", _("Welsh")
