//! What is tried of STUN and TURN.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio::time::{interval, timeout};

use super::site::Site;
use crate::check::{Series, ServerUrl, Transport};
use crate::protocol::IceServer;
use crate::server::credentials::Credential;
use crate::server::relay::client::{Incoming, TurnClient};
use crate::server::relay::stun::attribute::XOR_MAPPED_ADDRESS;
use crate::server::relay::stun::{Class, Message, Method, Writer};

pub use crate::server::relay::client::TurnError;

/// How long a request waits before it is sent again, each time.
const RETRY: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];
/// Whatever takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the last packet may be under way.
const LAST_PACKET: Duration = Duration::from_secs(1);
const CHANNEL: u16 = 0x4000;

/// One socket that asks several servers which address they see.
pub struct Socket(UdpSocket);

/// An answer.
#[derive(Debug, Clone, Copy)]
pub struct Mapped {
    /// What the server sees.
    pub address: SocketAddr,
    /// How long it took.
    pub round_trip_us: u64,
}

impl Socket {
    /// A socket of the right family: IPv4 where the server has it, or IPv6 that is not only this machine's.
    pub async fn towards(server: &ServerUrl, ipv6: bool) -> io::Result<Self> {
        let any = if address_of(server, ipv6).await?.is_ipv4() {
            SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))
        } else {
            SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0))
        };
        Ok(Self(UdpSocket::bind(any).await?))
    }

    /// Which address this server sees.
    pub async fn ask(&self, server: &ServerUrl) -> Result<Mapped, TurnError> {
        let to = address_of(server, self.0.local_addr()?.is_ipv6()).await?;
        let mut id = [0; 12];
        getrandom::fill(&mut id).map_err(|error| io::Error::other(error.to_string()))?;
        let request = Writer::new(Method::Binding, Class::Request, id).finish();
        for patience in RETRY {
            let asked = Instant::now();
            self.0.send_to(&request, to).await?;
            if let Ok(answer) = timeout(patience, self.answer_to(id)).await {
                let round_trip_us = u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX);
                return Ok(Mapped { address: answer?, round_trip_us });
            }
        }
        Err(TurnError::NoAnswer)
    }

    async fn answer_to(&self, id: [u8; 12]) -> Result<SocketAddr, TurnError> {
        let mut bytes = [0; 1_500];
        loop {
            let length = self.0.recv(&mut bytes).await?;
            let message = bytes.get(..length).and_then(|bytes| Message::parse(bytes).ok());
            let Some(message) = message.filter(|message| message.transaction() == id) else { continue };
            return message.address(XOR_MAPPED_ADDRESS).ok_or(TurnError::Nonsense);
        }
    }
}

/// A second of data from one relayed address to another, both over this server's one address.
pub async fn series(site: &Site, server: &IceServer) -> Result<Series, TurnError> {
    let url = server.urls.first().and_then(|url| ServerUrl::parse(url)).ok_or(TurnError::Nonsense)?;
    let (Some(username), Some(password)) = (server.username.clone(), server.credential.clone()) else {
        return Err(TurnError::Nonsense);
    };
    let credential = Credential { username, password };
    let connecting = async {
        let (mut near, mut far) = (connect(site, &url).await?, connect(site, &url).await?);
        let to_near = near.allocate(&credential).await?;
        let to_far = far.allocate(&credential).await?;
        near.bind(CHANNEL, to_far).await?;
        far.bind(CHANNEL, to_near).await?;
        Ok::<_, TurnError>((near, far))
    };
    let (mut near, mut far) = timeout(PATIENCE, connecting).await.map_err(|_| TurnError::NoAnswer)??;
    let series = send_for_a_second(&mut near, &mut far).await;
    // They end by themselves, too.
    let _ = timeout(PATIENCE, async { tokio::join!(near.release(), far.release()) }).await;
    series
}

async fn connect(site: &Site, url: &ServerUrl) -> Result<TurnClient, TurnError> {
    let address = address_of(url, false).await?;
    match url.transport {
        Transport::Udp => Ok(TurnClient::over_udp(address).await?),
        Transport::Tcp => Ok(TurnClient::over_stream(Box::new(TcpStream::connect(address).await?))),
        Transport::Tls => {
            let stream = TcpStream::connect(address).await?;
            Ok(TurnClient::over_stream(site.encrypt(stream, &url.host).await?))
        }
    }
}

async fn send_for_a_second(near: &mut TurnClient, far: &mut TurnClient) -> Result<Series, TurnError> {
    let started = Instant::now();
    let now_us = || u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let mut arrived_us = Vec::new();
    let sending = async {
        let mut ticks = interval(Duration::from_millis(Series::PAUSE_MS.into()));
        for _ in 0..Series::MESSAGES {
            ticks.tick().await;
            let mut message = now_us().to_be_bytes().to_vec();
            message.resize(Series::MESSAGE_BYTES, 0);
            near.send_in_channel(CHANNEL, &message).await?;
        }
        Ok::<_, TurnError>(())
    };
    let receiving = async {
        while arrived_us.len() < Series::MESSAGES {
            let (Incoming::Channel(_, data) | Incoming::Indication(_, data)) = far.receive().await?;
            let sent_us = data.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
            arrived_us.push(u32::try_from(now_us().saturating_sub(sent_us)).unwrap_or(u32::MAX));
        }
        Ok::<_, TurnError>(())
    };
    let a_second = Duration::from_millis((Series::PAUSE_MS * 50).into()) + LAST_PACKET;
    let (sent, received) = tokio::join!(sending, timeout(a_second, receiving));
    sent?;
    received.unwrap_or(Ok(()))?;
    Ok(Series { sent: Series::MESSAGES, arrived_us })
}

/// An address of this server. IPv6 only where it leads beyond this machine, or where it is all there is.
async fn address_of(server: &ServerUrl, ipv6: bool) -> io::Result<SocketAddr> {
    let found: Vec<SocketAddr> = lookup_host((server.host.as_str(), server.port)).await?.collect();
    let address = if ipv6 {
        found.into_iter().find(|address| address.is_ipv6() && !address.ip().is_loopback())
    } else {
        found.iter().find(|address| address.is_ipv4()).or(found.first()).copied()
    };
    address.ok_or_else(|| io::Error::other(format!("{} has no address", server.host)))
}
