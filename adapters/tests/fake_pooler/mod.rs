//! A pooler before a `PostgreSQL` that refuses every new connection with one code, as one does that is
//! full, or whose server is moved (source: the server's manual, Message Formats, `ErrorResponse`).

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Asks whether the server encrypts (source: the same, `SSLRequest`).
const SSL_REQUEST: [u8; 4] = 80_877_103_u32.to_be_bytes();

/// The port of a pooler that refuses with `code` until the runtime of the test ends.
pub async fn refusing(code: &'static str) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("its address").port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(refuse(client, code));
        }
    });
    port
}

async fn refuse(mut client: TcpStream, code: &str) -> std::io::Result<()> {
    loop {
        let length = client.read_u32().await?;
        let mut asked = vec![0; (length as usize).saturating_sub(4)];
        client.read_exact(&mut asked).await?;
        if asked != SSL_REQUEST {
            break;
        }
        client.write_all(b"N").await?;
    }
    let fields = format!("SFATAL\0VFATAL\0C{code}\0Mno more connections are allowed\0\0");
    let length = u32::try_from(fields.len() + 4).expect("a short text");
    client.write_all(b"E").await?;
    client.write_u32(length).await?;
    client.write_all(fields.as_bytes()).await?;
    client.shutdown().await
}
