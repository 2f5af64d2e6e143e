//! Message brokers and their clients.

use super::events::{CLIENT_LEFT, PEER_SILENT, POOL};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read};

const ENDED: Alike = Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: POOL };

pub(super) const TEXTS: &[ErrorText] = &[
    Alike { sight: None, witness: Witness::Either, event: PEER_SILENT }.in_words(
        Program::Broker,
        "missed heartbeats from client",
        &["missed heartbeats from", "missed server heartbeat", "too many missed heartbeats",
            "amqpheartbeattimeout",
        ],
        "AMQP's heartbeats of the other side stayed out for two intervals, and this side closed: the path or host is gone, or its program \
was too busy to send any (a client whose callbacks take longer than the interval).",
    ),
    Alike { sight: None, witness: Witness::Either, event: PEER_SILENT }.in_words(
        Program::Broker,
        "'stale connection'",
        &["nats: stale connection", "'stale connection'", "client … has exceeded timeout"],
        "The other side had not answered pings (NATS), or had said nothing for one and a half keepalive intervals (MQTT), and this side closed.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Server, event: CLIENT_LEFT }.in_words(
        Program::Broker,
        "client unexpectedly closed TCP connection",
        &["client unexpectedly closed tcp connection", "connection_closed_abruptly", "connection_closed_with_no_data_received"],
        "RabbitMQ: the client's FIN or RST came without AMQP's connection.close before it: its process ended, or it has no clean end.",
    ),
    ENDED.in_words(
        Program::Broker,
        "StreamLostError",
        &["streamlosterror", "stream connection lost", "CONNECTION_FORCED", "amqpconnectionclosed", "connectionclosedbybroker", "amqpconnectionerror"],
        "pika: the connection to RabbitMQ ended under the program. 'Indicated stream closed' or EOF is a FIN, ConnectionResetError a RST: that is \
also what a broker sends that has missed heartbeats.",
    ),
    ENDED.in_words(
        Program::Broker,
        "DisconnectException",
        &[
            "kafka … disconnectexception",
            "disconnectexception",
            "clientid= … node … disconnected",
            "disconnected (after … in state up",
            "broker transport failure",
        ],
        "Kafka's clients: the broker's connection ended with requests under way, or while it was idle (connections.max.idle.ms, 10 minutes).",
    ),
];
