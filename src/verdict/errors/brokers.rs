//! Message brokers and their clients.

use super::events::{BROKER_LEFT, CLIENT_LEFT, NOT_LOGGED_IN, NOT_MADE, PEER_SILENT, POOL};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read};

/// A session without requests and answers, that ended without the protocol's goodbye.
const LEFT: Alike =
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: BROKER_LEFT };
/// A broker that cannot be reached.
const ABSENT: Alike = Alike { sight: None, witness: Witness::Client, event: NOT_MADE };
const ENDED: Alike = Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: POOL };

pub(super) const TEXTS: &[ErrorText] = &[
    Alike { sight: None, witness: Witness::Either, event: PEER_SILENT }.in_words(
        Program::Broker,
        "missed heartbeats from client",
        &["missed heartbeats from", "missed server heartbeat", "too many missed heartbeats",
            "amqpheartbeattimeout", "error: heartbeat timeout",
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
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: NOT_LOGGED_IN }.in_words(
        Program::Broker,
        "Connection to node -1 terminated during authentication",
        &[
            "connection to node … terminated during authentication",
            "might be caused by incorrect security.protocol configuration",
            "verify that security.protocol is correctly configured",
            "disconnected while requesting apiversion",
        ],
        "Kafka's clients (Java; librdkafka, 'security.protocol'): the broker, or something before it, ended the connection during TLS's \
handshake or the login: TLS against a plain port or the other way round, a login that it does not take, a firewall.",
    ),
    ABSENT.in_words(
        Program::Broker,
        "Connection to node -1 could not be established. Broker may not be available.",
        &["connection to node … could not be established", "brokers are down", "run out of available brokers", "no servers available for connection", "unable to connect to server (32103)"],
        "Clients of Kafka, NATS and MQTT: no broker of the list could be connected to; the lines before it may say with which error. Kafka's \
client goes on with the addresses that a broker advertises: they have to be reachable too.",
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
            "disconnected from broker",
            "bootstrap broker … disconnected",
            "disconnected: connection closed by peer",
            "disconnected: connection reset by peer",
            "disconnected: ssl connection closed by peer",
            "disconnected: hung up from",
            "kafkaconnectionerror: socket disconnected",
        ],
        "Kafka's clients: the broker's connection ended with requests under way, or while it was idle (connections.max.idle.ms, 10 minutes).",
    ),
    LEFT.in_words(
        Program::Broker,
        "The connection was lost. (MQTT rc=7)",
        &[
            "error: the connection was lost",
            "unable to connect (the connection was lost",
            "the connection was lost.",
            "disconnected … rc=7",
            "disconnected … rc 7",
            "disconnect … rc: 7",
            "disconnection … rc=7",
            "disconnect … rc=7",
            "disconnect … code 7",
            "mqtt … rc=7",
            "MQTT_ERR_CONN_LOST",
            "MOSQ_ERR_CONN_LOST",
            "connection lost (32109)",
            "=rc=7",
        ],
        "MQTT (mosquitto and paho, rc 7; Java's paho, 32109): the connection ended, by FIN or RST, without DISCONNECT. A broker does so to the \
older of two clients with one client id, to a login that it does not take, and to one that is silent for too long.",
    ),
    LEFT.in_words(
        Program::Broker,
        "Socket closed abruptly during opening handshake",
        &["socket closed abruptly during opening handshake"],
        "amqplib (Node): the broker ended the connection before it had let the client in: a wrong login or vhost, TLS on a plain port.",
    ),
    LEFT.in_words(
        Program::Broker,
        "Error: Unexpected close",
        &["error: unexpected close"],
        "amqplib (Node): the broker's FIN came without AMQP's connection.close before it: it was killed, or a balancer before it ended what was idle.",
    ),
];
