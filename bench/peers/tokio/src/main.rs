// The usual Rust server: tokio on one thread, a task per connection, buffered on both sides, flushed
// when no whole line is waiting to be read. It answers the harness like the others do: "cpu" on
// standard input gets the microseconds of processor time used so far.
use std::io::{BufRead, Write};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, BufWriter};
use tokio::net::{TcpListener, TcpStream};

async fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (read, write) = stream.split();
    let mut reader = BufReader::with_capacity(64 * 1024, read);
    let mut writer = BufWriter::with_capacity(64 * 1024, write);
    let mut line = Vec::with_capacity(256);
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        line.make_ascii_uppercase();
        writer.write_all(&line).await?;
        if !reader.buffer().contains(&b'\n') {
            writer.flush().await?;
        }
    }
}

fn micros() -> i64 {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init()
    };
    (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) as i64 * 1_000_000
        + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) as i64
}

fn answer_harness() {
    for _ in std::io::stdin().lock().lines() {
        println!("{{\"value\":{}}}", micros());
        let _ = std::io::stdout().flush();
    }
    std::process::exit(0);
}

fn main() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    runtime.block_on(async {
        let local = tokio::task::LocalSet::new();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{{\"value\":{}}}", listener.local_addr()?.port());
        std::io::stdout().flush()?;
        std::thread::spawn(answer_harness);
        local
            .run_until(async move {
                loop {
                    let (stream, _) = listener.accept().await?;
                    tokio::task::spawn_local(serve(stream));
                }
            })
            .await
    })
}
