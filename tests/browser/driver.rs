//! The browser's processes, and WebDriver's commands over plain HTTP (W3C WebDriver; chromedriver's own commands for the
//! console, the network and the DevTools protocol).

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than any command takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// Starts chromedriver, and ends it with all its children when the input closes: the kernel closes it however this
/// process ends.
const KEEPER: &str = "
    trap : TERM
    chromedriver --port=0 2>/dev/null &
    read -r _
    kill -TERM 0
    sleep 0.2
    rm -rf \"$1\"
    kill -KILL 0
";

/// What keeps the browser at home and its pictures the same everywhere. Root, as in CI, cannot have the sandbox.
const ARGUMENTS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND",
];

/// Browsers that no test uses now: starting one takes longer than most tests.
static IDLE: Mutex<Vec<Driver>> = Mutex::new(Vec::new());

/// A chromedriver with one session.
pub struct Driver {
    agent: ureq::Agent,
    session: String,
    /// Closing it ends the browser.
    _input: ChildStdin,
    keeper: Child,
    _profile: TempDir,
}

/// A browser that goes back to the others after the test, unless the test fails.
pub struct Lent(Option<Driver>);

impl Lent {
    /// A browser of its own for this test, or `None` where there is none.
    pub fn take() -> Option<Lent> {
        if !there("chromedriver") || !there("chromium") {
            return None;
        }
        let idle = IDLE.lock().unwrap().pop();
        Some(Lent(Some(idle.unwrap_or_else(Driver::start))))
    }
}

impl std::ops::Deref for Lent {
    type Target = Driver;

    fn deref(&self) -> &Driver {
        self.0.as_ref().expect("it is given back in drop only")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            IDLE.lock().unwrap().extend(self.0.take());
        }
    }
}

fn there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

impl Driver {
    fn start() -> Driver {
        let profile = TempDir::new().unwrap();
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "sh"])
            .arg(profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let input = keeper.stdin.take().unwrap();
        let port = port(&mut keeper);
        let mut driver = Driver { agent: agent(), session: String::new(), _input: input, keeper, _profile: profile };
        driver.session = format!("http://127.0.0.1:{port}/session");
        let created = driver.post("", &capabilities(driver._profile.path()));
        driver.session = format!("{}/{}", driver.session, created["sessionId"].as_str().unwrap());
        driver
    }

    /// Sends a command of the session, and returns its value.
    ///
    /// # Panics
    /// If the browser refuses it or does not answer in time.
    pub fn post(&self, command: &str, body: &Value) -> Value {
        let url = match command {
            "" => self.session.clone(),
            _ => format!("{}/{command}", self.session),
        };
        let mut answer = self.agent.post(&url).send_json(body).unwrap_or_else(|e| panic!("{command}: {e}"));
        let limit = 256 << 20;
        let answer: Value = answer.body_mut().with_config().limit(limit).read_json().unwrap();
        let value = &answer["value"];
        assert!(value["error"].is_null(), "{command}: {}: {}", value["error"], value["message"]);
        value.clone()
    }

    /// Sends a command of the DevTools protocol.
    ///
    /// # Panics
    /// As [`Driver::post`].
    pub fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.post("goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// The entries that a log (`browser`, `performance`) got since it was asked last.
    pub fn log(&self, kind: &str) -> Vec<Value> {
        self.post("se/log", &json!({"type": kind})).as_array().unwrap().clone()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = format!("-{}", self.keeper.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).stderr(Stdio::null()).status();
        std::thread::sleep(Duration::from_millis(200));
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.keeper.wait();
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        // Whatever proxy this machine uses, chromedriver is not behind it.
        .proxy(None);
    config.build().into()
}

/// Reads the port that chromedriver chose.
fn port(keeper: &mut Child) -> u16 {
    let started = Instant::now();
    let mut lines = BufReader::new(keeper.stdout.take().unwrap()).lines();
    let port = loop {
        let line = lines.next().expect("chromedriver names its port").unwrap();
        let found = line.split("started successfully on port ").nth(1).map(|p| p.trim_end_matches('.').parse());
        if let Some(port) = found {
            break port.unwrap();
        }
        assert!(started.elapsed() < PATIENCE, "chromedriver does not start");
    };
    // A closed pipe would end it at its next message.
    std::thread::spawn(move || lines.for_each(drop));
    port
}

fn capabilities(profile: &Path) -> Value {
    let mut arguments: Vec<String> = ARGUMENTS.map(String::from).to_vec();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    json!({"capabilities": {"alwaysMatch": {
        "goog:chromeOptions": {"args": arguments},
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        "timeouts": {"pageLoad": 60_000, "script": 60_000},
    }}})
}
