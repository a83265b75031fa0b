"""What modules of users have in them: the text of each, and what expressions of a task that uses it give.

An outcome that begins with `-` is part of the text of an error: the expression touches a stand-in.
"""

from __future__ import annotations

from typing import Final

CANNOT: Final = "-PicklingError: mine_{name}"

SHAPES: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "cache": (
        """
        import functools
        @functools.lru_cache(maxsize=7)
        def other(x): return x * 2
        @functools.cache
        def fibonacci(n): return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)
        other(1)
        other.note = "of the user"
        class K:
            @functools.lru_cache
            def method(self, x): return x
            @classmethod
            @functools.cache
            def name(cls): return cls.__name__
            @functools.cached_property
            def once(self): return 5
        """,
        {
            "(mine.other(4), mine.other.cache_info(), mine.other.cache_parameters(), mine.other.note)": "(8, CacheInfo("
            "hits=0, misses=1, maxsize=7, currsize=1), {'maxsize': 7, 'typed': False}, 'of the user')",
            "(mine.fibonacci(30), mine.K().method(3), mine.K.name(), mine.K().once)": "(832040, 3, 'K', 5)",
        },
    ),
    "dispatch": (
        """
        import functools
        @functools.singledispatch
        def show(x): return 'any'
        @show.register
        def _(x: int): return 'int'
        @show.register(list)
        def _(x): return [show(each) for each in x]
        class K:
            @functools.singledispatchmethod
            def show(self, x): return 'any'
            @show.register
            def _(self, x: int): return 'int'
            @functools.singledispatchmethod
            @classmethod
            def name(cls, x): return cls.__name__
        """,
        {
            "(mine.K().show(1), mine.K().show(''), mine.K.name(2))": "('int', 'any', 'K')",
            "mine.show([1, 's', [2]])": "['int', 'any', ['int']]",
            "mine.show.dispatch(bool)(True)": "'int'",
        },
    ),
    "locks": (
        """
        import contextvars, threading, queue
        class Single:
            lock = threading.Lock()
            def get(self):
                with self.lock: return 5
        def locked(f):
            lock = threading.RLock()
            def wrapper(*args):
                with lock: return f(*args)
            return wrapper
        @locked
        def other(x): return x
        class Config:
            def __init__(self): self.guard, self.name = threading.Lock(), 'c'
        config, event, condition = Config(), threading.Event(), threading.Condition()
        local, variable = threading.local(), contextvars.ContextVar('variable', default=3)
        local.x = 1
        lonely = contextvars.ContextVar('lonely')
        lonely.set(1)
        """,
        {
            "(mine.Single().get(), mine.other(3), mine.config.guard.acquire(), mine.config.name)": "(5, 3, True, 'c')",
            "(mine.event.is_set(), mine.condition.acquire(), mine.condition.notify_all())": "(False, True, None)",
            "(vars(mine.local), mine.variable.get(), mine.lonely.get(2))": "({}, 3, 2)",
        },
    ),
    "queues": (
        """
        import queue, threading
        jobs, last, first, simple = queue.Queue(2), queue.LifoQueue(), queue.PriorityQueue(), queue.SimpleQueue()
        jobs.put('job')
        thread = threading.Thread(target=last.get, daemon=True)
        thread.start()
        class K:
            jobs, simple = queue.Queue(), queue.SimpleQueue()
            def through(self, x):
                self.jobs.put(x)
                self.simple.put(self.jobs.get(timeout=9))
                return self.simple.get(timeout=9)
        def close(): last.put(None)
        """,
        {
            "(mine.jobs.get(timeout=9), mine.jobs.maxsize, mine.jobs.empty(), mine.simple.empty())": "('job', 2, "
            "True, True)",
            "(mine.last.put(1), mine.last.put(2), mine.last.get(timeout=9))": "(None, None, 2)",
            "(mine.first.put(2), mine.first.put(1), mine.first.get(timeout=9))": "(None, None, 1)",
            "(mine.K().through(3), mine.simple.put(4), mine.simple.get(timeout=9))": "(3, None, 4)",
            "(len(mine.last.not_empty._waiters), mine.thread is mine.thread)": "(0, True)",
        },
    ),
    "sealed": (
        """
        class Meta(type):
            def __setattr__(cls, name, value): raise AttributeError(f'{cls.__name__} is sealed')
        class Sealed(metaclass=Meta):
            x = 3
            def get(self): return self.x
        class Child(Sealed):
            def get(self): return super().get() + 1
        """,
        {
            "(mine.Sealed().get(), mine.Child().get(), mine.Child.x)": "(3, 4, 3)",
            "setattr(mine.Child, 'x', 4)": "-AttributeError: Child is sealed",
        },
    ),
    "hints": (
        """
        import typing
        from typing import Callable
        P, R = typing.ParamSpec('P'), typing.TypeVar('R')
        UserId = typing.NewType('UserId', int)
        def decorate(f: Callable[P, R]) -> Callable[P, R]:
            def wrapper(*args: P.args, **named: P.kwargs) -> R: return f(*args, **named)
            return wrapper
        @decorate
        def other(x: UserId) -> UserId: return x
        """,
        {"(mine.other(3), mine.P, mine.UserId(4))": "(3, ~P, 4)"},
    ),
    "process": (
        """
        import asyncio, concurrent.futures, mmap, socket, sqlite3, subprocess, sys, tempfile, threading, weakref
        class Thing: pass
        thing = Thing()
        weak, table = weakref.ref(thing), weakref.WeakValueDictionary(a=thing)
        thread, pool = threading.Thread(target=print), concurrent.futures.ThreadPoolExecutor(1)
        generator, memory, file = (i for i in range(3)), mmap.mmap(-1, 10), tempfile.TemporaryFile()
        database, frame = sqlite3.connect(':memory:'), sys._getframe()
        sockets = {'a': [socket.socket()]}
        class Client:
            connection = socket.socket()
            def name(self): return 'client'
        def write(x, out=open(__import__('os').devnull, 'w')): return out.write(x)
        def close():
            for each in (sockets['a'][0], Client.connection, file, database, memory, *write.__defaults__): each.close()
        """,
        {
            "mine.weak()": CANNOT + ".weak was used",
            "mine.table['a']": CANNOT + ".table",
            "mine.thread.start()": "-a Thread belongs to the process that made it",
            "mine.pool.submit(len)": CANNOT + ".pool",
            "next(mine.generator)": CANNOT + ".generator was used on the cluster, where it is a stand-in, as "
            "it could not travel: TypeError: cannot pickle 'generator' object",
            "len(mine.memory)": CANNOT + ".memory",
            "mine.file.read()": CANNOT + ".file",
            "mine.database.execute('')": CANNOT + ".database",
            "mine.frame.f_back": CANNOT + ".frame",
            "mine.sockets['a'][0].send(b'')": CANNOT + ".sockets -> item 'a' -> item 0 was used",
            "mine.Client.connection.send(b'')": CANNOT + ".Client -> attribute `connection` was used",
            "mine.Client().name()": "'client'",
            "mine.write('x')": CANNOT + ".write -> default of `out` was used",
            "isinstance(3, mine.generator)": CANNOT,
            "[mine.file for _ in mine.file]": CANNOT,
            "mine.file + 1": CANNOT,
            "setattr(mine.file, 'x', 1)": CANNOT,
            "bool(mine.file)": CANNOT,
            "(mine.file is mine.file, hasattr(mine.file, '__len_hint__'))": "(True, False)",
            "'stand-in for mine_process.file' in repr(mine.file)": "True",
        },
    ),
    "awkward": (
        """
        import dataclasses, os
        class Refuses:
            def __reduce__(self): raise RuntimeError('never')
        class Opens:
            def __setstate__(self, state): state['file'].fileno(); vars(self).update(state)
        class Cleans:
            def __del__(self): self.file.close()
        class Singleton:
            def __reduce__(self): return 'SINGLETON'
        class Fails:
            def __reduce__(self): return int, ('no number',)
        class Proxy:
            __class__ = property(lambda self: 1 / 0)
            def __getattr__(self, name): raise RuntimeError('outside of a request')
        class Junk:
            def __reduce__(self): return 5
        @dataclasses.dataclass(frozen=True)
        class Frozen:
            a: int
            b: object = None
        opens, cleans, frozen = Opens(), Cleans(), Frozen(2, Refuses())
        opens.file, cleans.file = open(os.devnull, 'w'), open(os.devnull, 'w')
        refuses, SINGLETON, fails, proxy, junk = Refuses(), Singleton(), Fails(), Proxy(), Junk()
        loop = []
        loop.append(loop)
        def close(): opens.file.close(); cleans.file.close()
        """,
        {
            "mine.refuses.x": CANNOT + ".refuses was used on the cluster, where it is a stand-in, as it could not "
            "travel: RuntimeError: never",
            "mine.opens.file": CANNOT + ".opens was used",
            "mine.cleans.file": CANNOT + ".cleans -> attribute `file` was used",
            "mine.SINGLETON.x": "-it goes by its name, and the cluster has no mine_awkward.SINGLETON",
            "mine.fails.x": "-making it on the cluster failed: ValueError",
            "mine.proxy.x": CANNOT + ".proxy",
            "mine.junk.x": CANNOT + ".junk",
            "mine.frozen.a": "2",
            "mine.frozen.b.x": CANNOT + ".frozen -> attribute `b`",
            "mine.loop[0] is mine.loop": "True",
        },
    ),
    "itself": (
        """
        import sys, types
        me, N = sys.modules[__name__], 3
        by_hand = types.ModuleType('by_hand')
        by_hand.back, by_hand.lock = me, __import__('threading').Lock()
        def n(): return me.N
        """,
        {"mine.n(), mine.me is mine, mine.by_hand.back is mine, mine.by_hand.lock.locked()": "(3, True, True, False)"},
    ),
    "missing": (
        """
        import sys, types
        absent = types.ModuleType('absent_there')
        absent.function = lambda: 1
        exec('class C: pass\\ndef f(): return 1', vars(absent))
        sys.modules['absent_there'] = absent
        import absent_there
        from absent_there import C, f
        instance = C()
        """,
        {
            "mine.absent_there.f()": "-ModuleNotFoundError: mine_missing.absent was used on the cluster",
            "mine.f()": "-No module named 'absent_there'",
            "mine.instance.x": "-No module named 'absent_there'",
        },
    ),
    "application": (
        """
        class Application:  # as web frameworks and task queues have them: full of what stays here
            def __init__(self):
                import logging, threading, weakref
                self.routes, self.stack, self.lock = {}, threading.local(), threading.Lock()
                self.handler, self.me = logging.StreamHandler(), weakref.ref(self)
            def route(self, path):
                def register(f):
                    self.routes[path] = f
                    return f
                return register
        application = Application()
        @application.route('/')
        def index(): return 'home'
        class Registry(type):
            models = {}
            def __new__(meta, name, bases, namespace, **named):
                if name != 'Base' and 'table' not in namespace: raise TypeError(f'{name} has no table')
                return super().__new__(meta, name, bases, namespace)
        class Base(metaclass=Registry): pass
        class Model(Base):
            table = 'm'
        row = Model()
        """,
        {
            "(mine.index(), mine.application.routes['/'](), mine.application.lock.acquire())": "('home', 'home', True)",
            "mine.application.me()": CANNOT + ".application -> attribute `me`",
            "mine.Model()": "-making it on the cluster failed: TypeError: Model has no table",
            "mine.row.x": "-making it on the cluster failed: TypeError: Model has no table",
        },
    ),
    "ordinary": (
        """
        import abc, collections, dataclasses, decimal, enum, functools, operator, re, types, typing
        class E(enum.Enum):
            A = 1
        class Flag(enum.IntFlag):
            X = 1
            Y = 2
        T = typing.TypeVar('T')
        class G(typing.Generic[T]):
            def get(self, x: T) -> T: return x
        Pair = collections.namedtuple('Pair', 'a b')
        pair = Pair(1, decimal.Decimal('1.5'))
        @dataclasses.dataclass(slots=True)
        class Slots:
            a: int = 1
        slots = Slots(2)
        class Abstract(abc.ABC):
            @abc.abstractmethod
            def f(self): ...
        class Concrete(Abstract):
            def f(self): return 1
        class Tree(dict): pass
        tree = Tree(a=1)
        tree.me = tree
        default = collections.defaultdict(lambda: 5)
        ordered, queue = collections.OrderedDict(a=1), collections.deque([1], 3)
        pattern, partial, getter = re.compile('a+'), functools.partial(int, base=2), operator.itemgetter(1)
        proxy, space = types.MappingProxyType({'a': 1}), types.SimpleNamespace(x=1)
        optional, mapping, error = typing.Optional[int], dict[str, int], KeyError('k')
        """,
        {
            "(mine.E.A, mine.Flag.X | mine.Flag.Y == 3, mine.G[int]().get(3), mine.pair)": "(<E.A: 1>, True, 3, "
            "Pair(a=1, b=Decimal('1.5')))",
            "(mine.slots, mine.Concrete().f(), mine.tree.me is mine.tree)": "(Slots(a=2), 1, True)",
            "(mine.default[0], mine.ordered['a'], mine.queue, mine.queue.maxlen)": "(5, 1, deque([1], maxlen=3), 3)",
            "(mine.pattern.match('aa').end(), mine.partial('11'), mine.getter('ab'))": "(2, 3, 'b')",
            "(mine.proxy, mine.space.x, mine.optional, mine.mapping, mine.error)": "(mappingproxy({'a': 1}), 1, "
            "typing.Optional[int], dict[str, int], KeyError('k'))",
        },
    ),
    "rebound": (
        """
        import functools
        count, gone, FLAG = 0, 1, False
        def bump():
            global count
            count += 1
        def create():
            global created, _hook
            created, _hook = [count], len
        def drop():
            global gone
            del gone
        def flag(): return FLAG
        def decorate(f):
            @functools.wraps(f)
            def wrapper(): return f()
            return wrapper
        @decorate
        def decorated():
            global count
            count += 100
            return count
        class Counter:
            total = 0
            def add(self):
                global count
                count += 10
                return count
            @staticmethod
            def read(): return count
        def _hook(x): return 'first'
        def hook(): return _hook('ab')
        def __getattr__(name):
            if name.startswith('lazy_'): return name.upper()
            raise AttributeError(f'mine has no {name}')
        """,
        {
            "(mine.count, mine.bump(), mine.count)": "(0, None, 1)",
            "(mine.Counter().add(), mine.count, mine.decorated(), mine.count, mine.Counter.read())": "(11, 11, 111, "
            "111, 111)",
            "(mine.flag(), setattr(mine, 'FLAG', True), mine.flag(), mine.FLAG)": "(False, None, True, True)",
            "(setattr(mine, 'count', 5), mine.bump(), mine.count)": "(None, None, 6)",
            "(hasattr(mine, 'created'), mine.hook(), mine.create(), mine.created, mine.hook())": "(False, 'first', "
            "None, [6], 2)",
            "(mine._hook is len, mine.gone, mine.drop(), hasattr(mine, 'gone'))": "(True, 1, None, False)",
            "mine.drop()": "-NameError: name 'gone' is not defined",
            "mine.gone": "-AttributeError: mine has no gone",
            "mine.lazy_name": "'LAZY_NAME'",
            "(delattr(mine, 'FLAG'), hasattr(mine, 'FLAG'))": "(None, False)",
            "mine.flag()": "-NameError: name 'FLAG' is not defined",
            "delattr(mine, 'FLAG')": "-AttributeError: 'module' object has no attribute 'FLAG'",
            "('created' in dir(mine), 'count' in dir(mine), 'gone' in dir(mine))": "(True, True, False)",
            "(vars(mine).update(count=0, FLAG=2), mine.FLAG, mine.flag(), mine.count)": "(None, 2, 2, 0)",
            "(isinstance(mine, type(__import__('os'))), __import__('inspect').ismodule(mine), mine.__name__)": "(True, "
            "True, 'mine_rebound')",
        },
    ),
    "by_dict": (
        """
        values = {}
        level = 1
        def put(name, value): globals()[name] = value
        def get(): return level
        """,
        {
            "(mine.put('level', 2), mine.level, mine.get())": "(None, 2, 2)",
            "(mine.put('more', 3), mine.more, vars(mine)['values'])": "(None, 3, {})",
            "mine.none": "-AttributeError: module 'mine_by_dict' has no attribute 'none'",
        },
    ),
}
