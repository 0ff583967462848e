"""Which names reach out of a program: dotted name to capability. Pure data.

A name with a dot at its end stands for everything below it, but only where it is *called*; one without is meant wherever it
is named, because `spawn = os.system` spawns as well. A name of the standard library or of another package never means the
scanned package's own code (see `python_code`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

_TEXT = """
net/client: requests. httpx. aiohttp. urllib.request. urllib3. http.client. ftplib. smtplib. telnetlib. poplib. imaplib.
  nntplib. xmlrpc.client. websockets. websocket. paramiko. fabric. boto3. botocore.session. google.cloud. azure. pymongo.
  motor. redis. psycopg. psycopg2. pymysql. MySQLdb. mysql.connector. cx_Oracle. oracledb. pyodbc. sqlalchemy.create_engine
  grpc. zmq. kafka. confluent_kafka. pika. elasticsearch. opensearchpy. cassandra. neo4j. snowflake.connector.
  huggingface_hub. datasets.load_dataset gdown. wget. pooch. kaggle. mlflow. wandb. comet_ml. neptune. clearml. openai.
  anthropic. cohere. mistralai. litellm. torch.hub. torchvision.datasets. tensorflow.keras.utils.get_file
  keras.utils.get_file tf_keras.utils.get_file tensorflow_hub. tensorflow_datasets. nltk.download tldextract. dns. whois.
  pycurl. curl_cffi. tornado.httpclient. treq. asks. geopy. yfinance. praw. tweepy. discord. slack_sdk. telegram. dropbox.
  git. gitlab. github. fsspec. s3fs. gcsfs. adlfs. smart_open. asyncio.open_connection asyncio.open_unix_connection
  socket.socket socket.create_connection socket.getaddrinfo socket.gethostbyname socket.gethostbyname_ex socket.gethostbyaddr
  socket.getfqdn socket.socketpair ssl.get_server_certificate scapy. icmplib. pythonping. webbrowser. openml. ucimlrepo.
  sklearn.datasets.fetch_openml sklearn.datasets.fetch_20newsgroups sklearn.datasets.fetch_california_housing
  sklearn.datasets.fetch_covtype sklearn.datasets.fetch_kddcup99 sklearn.datasets.fetch_lfw_people
  sklearn.datasets.fetch_olivetti_faces sklearn.datasets.fetch_rcv1 pandas.read_gbq
net/server: http.server. socketserver. xmlrpc.server. wsgiref.simple_server. socket.create_server asyncio.start_server
  asyncio.start_unix_server flask.Flask fastapi.FastAPI uvicorn. gunicorn. waitress. hypercorn. tornado.httpserver.
  tornado.web.Application bottle.run aiohttp.web. multiprocessing.connection.Listener multiprocessing.managers. gradio.
  streamlit. dash.Dash
fs/read: io.open_code codecs.open os.listdir os.scandir os.walk os.fwalk os.readlink os.open glob.glob glob.iglob linecache.
  fileinput. mmap.mmap zipfile.ZipFile tarfile.open tarfile.TarFile gzip.open bz2.open lzma.open os.read os.sendfile
  builtins.open sqlite3.connect numpy.genfromtxt numpy.loadtxt numpy.fromfile numpy.memmap pandas.read_csv pandas.read_table
  pandas.read_excel pandas.read_json pandas.read_parquet pandas.read_feather pandas.read_hdf pandas.read_html pandas.read_xml
  pandas.read_sql pandas.read_fwf pandas.read_stata pandas.read_sas pandas.read_spss pandas.read_orc pandas.HDFStore
  scipy.io.loadmat scipy.io.arff.loadarff h5py.File PIL.Image.open imageio.imread cv2.imread skimage.io.imread
  pyarrow.parquet.read_table pyarrow.memory_map importlib.resources. pkgutil.get_data netCDF4.Dataset xarray.open_dataset
  polars.read_csv polars.read_parquet polars.scan_csv polars.scan_parquet
fs/write: os.remove os.unlink os.rename os.renames os.replace os.rmdir os.removedirs os.mkdir os.makedirs os.symlink os.link
  os.chmod os.chown os.lchown os.truncate os.ftruncate os.mkfifo os.mknod os.utime os.write os.chdir os.fchdir os.chroot
  shutil.rmtree shutil.move shutil.copy shutil.copy2 shutil.copyfile shutil.copyfileobj shutil.copytree shutil.copymode
  shutil.chown shutil.unpack_archive shutil.make_archive tempfile.mkstemp tempfile.mkdtemp tempfile.mktemp
  tempfile.NamedTemporaryFile tempfile.TemporaryFile tempfile.TemporaryDirectory tempfile.SpooledTemporaryFile numpy.save
  numpy.savez numpy.savez_compressed numpy.savetxt joblib.dump scipy.io.savemat torch.save matplotlib.pyplot.savefig
  cv2.imwrite imageio.imwrite logging.FileHandler logging.handlers.RotatingFileHandler
  logging.handlers.TimedRotatingFileHandler pyarrow.parquet.write_table winreg. joblib.Memory diskcache.
proc/spawn: subprocess.run subprocess.call subprocess.check_call subprocess.check_output subprocess.Popen
  subprocess.getoutput subprocess.getstatusoutput os.system os.popen os.popen2 os.popen3 os.execl os.execle os.execlp
  os.execlpe os.execv os.execve os.execvp os.execvpe os.spawnl os.spawnle os.spawnlp os.spawnlpe os.spawnv os.spawnve
  os.spawnvp os.spawnvpe os.posix_spawn os.posix_spawnp os.fork os.forkpty os.startfile pty.spawn pty.fork popen2. commands.
  pexpect. sh. plumbum. multiprocessing.Process multiprocessing.Pool multiprocessing.pool.Pool multiprocessing.get_context
  multiprocessing.Manager multiprocessing.context.SpawnProcess multiprocessing.context.ForkProcess
  concurrent.futures.ProcessPoolExecutor concurrent.futures.process.ProcessPoolExecutor asyncio.create_subprocess_exec
  asyncio.create_subprocess_shell joblib.Parallel loky. _posixsubprocess. distutils.spawn. invoke.run pip.main pip._internal.
  ray.init dask.distributed.Client dask.distributed.LocalCluster _winapi.CreateProcess
proc/control: os.kill os.killpg os.setuid os.setgid os.setsid os.nice os.abort os._exit os.setpriority resource.setrlimit
  psutil. signal.pthread_kill os.sched_setaffinity os.umask
code/dynamic: builtins.eval builtins.exec builtins.compile builtins.__import__ importlib.import_module importlib.__import__
  importlib.reload importlib.util.spec_from_file_location importlib.util.module_from_spec
  importlib.machinery.SourceFileLoader importlib.machinery.SourcelessFileLoader importlib.machinery.ExtensionFileLoader
  imp.load_source imp.load_module imp.load_dynamic runpy. types.FunctionType types.CodeType types.LambdaType code.interact
  code.InteractiveInterpreter code.InteractiveConsole codeop. importlib.metadata.entry_points importlib_metadata.entry_points
  pkg_resources.iter_entry_points pkg_resources.load_entry_point stevedore. pandas.eval numexpr.evaluate sympy.sympify
  sympy.parsing.sympy_parser.parse_expr zipimport. timeit.timeit execjs. js2py. __main__.eval
load/unsafe: pickle.load pickle.loads pickle.Unpickler _pickle.load _pickle.loads _pickle.Unpickler cPickle.load
  cPickle.loads cPickle.Unpickler pickle._load pickle._loads pickle._Unpickler dill.load dill.loads dill.load_session
  dill.load_module cloudpickle.load cloudpickle.loads joblib.load sklearn.externals.joblib.load marshal.load marshal.loads
  shelve.open yaml.load yaml.load_all yaml.unsafe_load yaml.unsafe_load_all yaml.full_load yaml.full_load_all torch.load
  torch.jit.load pandas.read_pickle numpy.load numpy.lib.format.read_array skops.io.load skops.io.loads
  keras.models.load_model tensorflow.keras.models.load_model tensorflow.saved_model.load jsonpickle.decode jsonpickle.loads
  pickle5.load pickle5.loads multiprocessing.reduction.ForkingPickler.loads mlflow.pyfunc.load_model
  mlflow.sklearn.load_model onnxruntime.InferenceSession ruamel.yaml.YAML_ zodbpickle. pandas.compat.pickle_compat.
env/read: os.getenv os.environ os.environb os.getenvb os.get_exec_path dotenv.dotenv_values decouple.config environ.Env
env/write: os.putenv os.unsetenv dotenv.load_dotenv
secret/ref: keyring. getpass.getpass netrc. spwd. secretstorage. win32crypt. browser_cookie3. browsercookie. hvac.
  requests.utils.get_netrc_auth azure.identity. google.auth. boto3.session.Session.get_credentials
native/ffi: ctypes.CDLL ctypes.WinDLL ctypes.PyDLL ctypes.OleDLL ctypes.LibraryLoader ctypes.cdll. ctypes.windll.
  ctypes.oledll. ctypes.pydll. ctypes.pythonapi. ctypes.util.find_library ctypes.memmove ctypes.memset ctypes.string_at
  ctypes.wstring_at ctypes.CFUNCTYPE ctypes.WINFUNCTYPE ctypes.PYFUNCTYPE ctypes.cast _ctypes. cffi. numpy.ctypeslib. jpype.
  rpy2. clr. jnius. pyjnius. comtypes. win32com. win32api. pythoncom. torch.utils.cpp_extension. torch.ops.load_library
  pyximport. cython.inline weave. triton. tensorflow.load_op_library cppyy. matlab.engine.
hook/process: atexit.register sys.settrace sys.setprofile sys.addaudithook sys.breakpointhook threading.settrace
  threading.setprofile sys.meta_path sys.path_hooks sys.excepthook sys.unraisablehook threading.excepthook sys.displayhook
  signal.signal signal.setitimer signal.alarm site.addsitedir site.addpackage os.register_at_fork os.add_dll_directory
  multiprocessing.set_start_method gc.callbacks sys.setrecursionlimit sys.path.insert sys.path.append sys.path.extend
  builtins.breakpoint codecs.register sys.monitoring. copyreg.pickle
obscured: base64.b64decode base64.standard_b64decode base64.urlsafe_b64decode base64.b32decode base64.b16decode
  base64.a85decode base64.b85decode base64.decodebytes base64.decode binascii.a2b_base64 binascii.unhexlify binascii.a2b_hex
  zlib.decompress zlib.decompressobj lzma.decompress bz2.decompress gzip.decompress codecs.decode builtins.bytes.fromhex
  builtins.bytearray.fromhex pyarmor_runtime. pyarmor. sourcedefender. cryptography.fernet.Fernet Crypto.Cipher.
  Cryptodome.Cipher. marshal.dumps
none: urllib3.util. urllib3.exceptions. urllib3.disable_warnings requests.exceptions. requests.structures. requests.utils.
  requests.compat. requests.Request requests.auth. httpx.URL httpx.Timeout httpx.Limits httpx.Headers httpx.QueryParams
  aiohttp.ClientTimeout huggingface_hub.utils. huggingface_hub.errors. huggingface_hub.constants. google.cloud.exceptions.
  azure.core.exceptions. botocore.exceptions. openai.types. anthropic.types. fsspec.utils. git.exc. wandb.errors.
  redis.exceptions. pymongo.errors. psycopg2.errors. psycopg2.extensions. paramiko.ssh_exception. dns.exception.
  kafka.errors. grpc.StatusCode torchvision.datasets.VisionDataset
device/capture: PIL.ImageGrab. mss. pyautogui. pyscreenshot. pynput. keyboard. mouse. pyperclip. clipboard. win32clipboard.
  sounddevice. pyaudio. cv2.VideoCapture picamera. dxcam. pygetwindow. d3dshot. Xlib.
"""
_IMPORTED = """
telemetry: sentry_sdk raven posthog mixpanel segment analytics amplitude opentelemetry datadog ddtrace newrelic rollbar
  bugsnag honeycomb scarf statsd applicationinsights opencensus elasticapm logfire airbrake keen ga4mp
  google_measurement_protocol
obscured: pyarmor_runtime pytransform sourcedefender
"""
_METHODS = """
fs/read: read_text read_bytes iterdir rglob
fs/write: write_text write_bytes unlink rmdir mkdir symlink_to hardlink_to extractall to_csv to_excel to_parquet to_feather
  to_hdf savefig tofile lchmod
net/client: load_state_dict_from_url from_pretrained urlopen urlretrieve create_connection hf_hub_download snapshot_download
net/server: serve_forever run_server
proc/spawn: create_subprocess_exec create_subprocess_shell
native/ffi: LoadLibrary dlopen
"""
# Names that need pathlib in the file, because others use the word for something harmless.
PATH_METHODS: Mapping[str, str] = {
    "open": "fs/read",
    "touch": "fs/write",
    "rename": "fs/write",
    "replace": "",
    "chmod": "fs/write",
}
# Types that are named to ask what something is, far more often than to be handed on.
ONLY_CALLED = frozenset({"types.FunctionType", "types.LambdaType", "types.CodeType", "socket.socket", "logging.FileHandler"})
HARMLESS = "none"  # stands below something that is a point, and is none
BUILTINS = frozenset({"open", "eval", "exec", "compile", "__import__", "input", "breakpoint"})

# Reading a computed attribute of one of these hides what is called.
SENSITIVE = frozenset(
    {
        "os",
        "sys",
        "subprocess",
        "builtins",
        "socket",
        "ctypes",
        "importlib",
        "shutil",
        "pickle",
        "marshal",
        "posix",
        "nt",
        "pty",
        "__builtins__",
    }
)


def _read(text: str) -> dict[str, str]:
    table: dict[str, str] = {}
    capability = ""
    for word in text.split():
        if word.endswith(":"):
            capability = word[:-1]
        else:
            table[word] = capability
    return table


CALLS: Mapping[str, str] = _read(_TEXT)
IMPORTED: Mapping[str, str] = _read(_IMPORTED)
METHODS: Mapping[str, str] = _read(_METHODS)
_ALIASES = {"posix": "os", "nt": "os", "_io": "io", "_socket": "socket", "urllib2": "urllib.request", "Queue": "queue"}
_PLATFORM = ("six.moves.urllib.request", "six.moves.http_client", "six.moves.cPickle")
_RENAMED = dict(zip(_PLATFORM, ("urllib.request", "http.client", "pickle"), strict=True))
_NO_CALL = ("Error", "Exception", "Warning", "Timeout", "NotFound", "Type", "Config", "Options", "Info")


def canonical(dotted: str) -> str:
    """The name under which the table knows it."""
    for old, new in _RENAMED.items():
        if dotted.startswith(old):
            return new + dotted[len(old) :]
    first, dot, rest = dotted.partition(".")
    if first in _ALIASES:
        return _ALIASES[first] + dot + rest
    if dotted == "io.open":
        return "builtins.open"
    return dotted


@lru_cache(maxsize=65_536)
def rule_for(dotted: str, called: bool) -> tuple[str, str] | None:
    """(capability, name of the rule) of a dotted name, or None. The longest name of the table counts."""
    found = CALLS.get(dotted)
    if found is not None:
        if not called and dotted in ONLY_CALLED:
            return None
        return (found, dotted) if found != HARMLESS else None
    at = dotted.rfind(".")
    while at > 0:
        above = dotted[:at]
        found = CALLS.get(above + ".")
        if found is not None:
            last = dotted.rpartition(".")[2]
            harmless = found == HARMLESS or not called or last.endswith(_NO_CALL) or ".__" in dotted or last.isupper()
            return None if harmless else (found, above)
        if above in CALLS and called:
            return (CALLS[above], above) if CALLS[above] != HARMLESS else None
        at = dotted.rfind(".", 0, at)
    return None
