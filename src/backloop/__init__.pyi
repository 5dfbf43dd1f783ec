from backloop.follow import Course as Course
from backloop.follow import review as review
from backloop.learn import Effects as Effects
from backloop.learn import estimate as estimate
from backloop.letters import letter as letter
from backloop.library import cite as cite
from backloop.measure import Measures as Measures
from backloop.measure import score as score
from backloop.plan import Plan as Plan
from backloop.plan import prescribe as prescribe
from backloop.profile import Profile as Profile
from backloop.profile import infer as infer
from backloop.record import Record as Record
from backloop.record import read as read
from backloop.train import Programme as Programme
from backloop.train import schedule as schedule

__version__: str
