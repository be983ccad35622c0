//! A shop behind a proxy of its own: every request uses it.

use crate::base_world::{World, credentials, first, lane, second, wanted};
use crate::fakes::permit;
use adapters::base::{BaseCredentials, BaseShop, ProxiedClient};
use adapters::http::{HttpSettings, client};
use shared::domain::account::AccountId;
use shared::domain::shop_page::ItemView;
use shared::ports::shop::{Shop, ShopError};
use simulator::opening_accounts;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A forward proxy for plain http: it takes requests in absolute form and passes them on, one for each
/// connection.
struct Proxy {
    url: String,
    passed: Arc<AtomicUsize>,
    /// Answers 407 to all.
    refuses: Arc<AtomicBool>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let proxy = Self {
            url: format!("http://user:hidden@{address}"),
            passed: Arc::default(),
            refuses: Arc::default(),
            heads: Arc::default(),
        };
        let (passed, refuses) = (Arc::clone(&proxy.passed), Arc::clone(&proxy.refuses));
        let heads = Arc::clone(&proxy.heads);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (passed, refuses) = (Arc::clone(&passed), Arc::clone(&refuses));
                let heads = Arc::clone(&heads);
                tokio::spawn(async move { pass_on(client, &passed, &refuses, &heads).await });
            }
        });
        proxy
    }
}

async fn pass_on(
    mut client: TcpStream,
    passed: &AtomicUsize,
    refuses: &AtomicBool,
    heads: &Mutex<Vec<String>>,
) {
    let mut request = Vec::new();
    let head_ends = loop {
        let mut piece = [0; 4096];
        let length = client.read(&mut piece).await.unwrap_or(0);
        request.extend_from_slice(&piece[..length]);
        let end = request.windows(4).position(|four| four == b"\r\n\r\n");
        match end {
            Some(end) => break end + 4,
            None if length == 0 => return,
            None => {}
        }
    };
    let head = String::from_utf8(request[..head_ends].to_vec()).unwrap();
    heads.lock().unwrap().push(head.clone());
    if refuses.load(Ordering::SeqCst) {
        let no = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let _ = client.write_all(no.as_bytes()).await;
        return;
    }
    let target = head.split("http://").nth(1).unwrap();
    let target = target.split('/').next().unwrap();
    // In absolute form, as it came; the server takes that too. One request for a connection.
    let head = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    let mut server = TcpStream::connect(target).await.unwrap();
    server.write_all(head.as_bytes()).await.unwrap();
    server.write_all(&request[head_ends..]).await.unwrap();
    passed.fetch_add(1, Ordering::SeqCst);
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

/// Both shops, the first one behind the proxy at `url`.
fn shops(world: &World, url: &str) -> Arc<BaseShop> {
    let settings = HttpSettings {
        proxy: Some(url.to_owned().into()),
        ..HttpSettings::default()
    };
    let through = ProxiedClient(client(&settings).unwrap());
    let mut accounts: Vec<BaseCredentials> =
        opening_accounts(1, 2).iter().map(credentials).collect();
    accounts[0].proxy = Some(through);
    assert!(!format!("{accounts:?}").contains("hidden"));
    world.process_at(&world.simulator.url(), accounts)
}

async fn edit(world: &World, shop: &BaseShop, account: &AccountId) -> Result<ItemView, ShopError> {
    let permit = permit(lane(account));
    let item = world.item(account);
    shop.edit(permit, account, item, &wanted()).await
}

#[tokio::test]
async fn all_requests_of_the_account_go_through_its_proxy_and_those_of_others_do_not() {
    let world = World::start().await;
    let proxy = Proxy::start().await;
    let shop = shops(&world, &proxy.url);

    edit(&world, &shop, &first()).await.unwrap();
    edit(&world, &shop, &second()).await.unwrap();

    // A token and an edit.
    assert_eq!(proxy.passed.load(Ordering::SeqCst), 2);
    assert_eq!(
        (world.requests("baseToken"), world.requests("items/edit")),
        (2, 2)
    );
    let heads = proxy.heads.lock().unwrap();
    let signed = |head: &String| head.contains("proxy-authorization: Basic dXNlcjpoaWRkZW4=");
    assert!(heads.iter().all(signed), "{heads:?}");
}

#[tokio::test]
async fn a_proxy_that_is_down_parks_its_account_and_nothing_bypasses_it() {
    let world = World::start().await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let down = format!("http://user:hidden@{}", closed.local_addr().unwrap());
    drop(closed);
    let shop = shops(&world, &down);

    let error = edit(&world, &shop, &first()).await.unwrap_err();
    let again = edit(&world, &shop, &first()).await.unwrap_err();
    edit(&world, &shop, &second()).await.unwrap();

    assert!(matches!(error, ShopError::Proxy { .. }), "{error}");
    assert!(matches!(again, ShopError::Proxy { .. }), "{again}");
    assert!(
        !format!("{error} {error:?}").contains("hidden"),
        "{error:?}"
    );
    assert_eq!(
        (world.requests("baseToken"), world.requests("items/edit")),
        (1, 1)
    );
    assert_eq!(world.memory.proxies.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_tried_again_after_its_pause() {
    let world = World::start().await;
    let proxy = Proxy::start().await;
    let shop = shops(&world, &proxy.url);
    proxy.refuses.store(true, Ordering::SeqCst);

    let refused = shop.prepare(&first()).await.unwrap_err();
    proxy.refuses.store(false, Ordering::SeqCst);
    let waiting = shop.prepare(&first()).await.unwrap_err();
    world.clock.advance(5 * 60);
    shop.prepare(&first()).await.unwrap();

    assert!(refused.to_string().contains("407"), "{refused}");
    assert!(matches!(waiting, ShopError::Proxy { .. }), "{waiting}");
    assert_eq!(
        proxy.heads.lock().unwrap().len(),
        3,
        "a refused exchange, one that is answered, and whose token it is"
    );
    assert!(world.memory.proxies.lock().unwrap().is_empty());
    assert!(world.memory.marks.lock().unwrap().is_empty());
}
