//! gdbserver on the loopback interface.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::process::Process;

/// A gdbserver that is attached to a process, for one connection.
pub struct Server {
    child: Child,
    /// `127.0.0.1:PORT`.
    pub address: String,
}

impl Server {
    /// Starts it, or says why there is none.
    pub fn start(process: &Process) -> Result<Server, String> {
        let mut gdbserver = Command::new("gdbserver");
        gdbserver.args(["--once", "--attach", "127.0.0.1:0", &process.pid()]);
        gdbserver.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = gdbserver.spawn().map_err(|_| "gdbserver is not installed")?;
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let port = loop {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).unwrap() > 0, "gdbserver ended: {said}");
            if let Some(port) = line.trim().strip_prefix("Listening on port ") {
                break port.to_owned();
            }
            said += &line;
        };
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        Ok(Server { child, address: format!("127.0.0.1:{port}") })
    }

    /// Waits until it has let go of the process.
    pub fn finish(mut self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "gdbserver does not end: did nobody connect?");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
