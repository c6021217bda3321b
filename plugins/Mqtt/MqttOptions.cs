using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Topics;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>Options in site.toml that the sink and the driver share: the broker, how to connect, and the delivery. Immutable.</summary>
public abstract class MqttOptions : IValidatedOptions
{
    private const int PlainPort = 1883;
    private const int TlsPort = 8883;
    private const int HttpPort = 80;
    private const int HttpsPort = 443;
    private const int MaxAlpnBytes = 255;

    /// <summary>
    /// Host name or IP address of the broker, or a URL: <c>mqtt://</c>, <c>mqtts://</c>, or for WebSockets <c>ws://</c>, <c>wss://</c>.
    /// </summary>
    /// <example>host = "mosquitto"</example>
    public required string Host { get; init; }

    /// <summary>TCP port; without it 1883, with TLS 8883, with <c>ws://</c> 80, with <c>wss://</c> 443.</summary>
    /// <example>port = 8883</example>
    [Bounds(1, 65535)]
    public int? Port { get; init; }

    /// <summary>Version of the protocol: "5.0" or "3.1.1".</summary>
    public string Version { get; init; } = "5.0";

    /// <summary>
    /// MQTT client id; by default made of the names of the site and of the sink or device. Two connections must not share one.
    /// </summary>
    /// <example>client_id = "edge-1"</example>
    public string? ClientId { get; init; }

    /// <summary>User name at the broker; without it the connection is anonymous.</summary>
    /// <example>user = "edge_agent"</example>
    public string? User { get; init; }

    /// <summary>Password at the broker; MQTT 3.1.1 allows it only with a user name.</summary>
    /// <example>password = { env = "MQTT_PASSWORD" }</example>
    public Secret? Password { get; init; }

    /// <summary>TLS options; without them everything, including the password, is sent in clear text.</summary>
    public TlsOptions? Tls { get => field is { Enabled: true } ? field : null; init; }

    /// <summary>
    /// Protocol name that the TLS handshake requests (ALPN, RFC 7301), for a port that several protocols share.
    /// </summary>
    /// <example>alpn = "x-amzn-mqtt-ca"</example>
    public string? Alpn { get; init; }

    /// <summary>Quality of service, 0 to 2.</summary>
    [Bounds(0, 2)]
    public int Qos { get; init; } = 1;

    /// <summary>Longest silence after which the broker drops the connection; a ping is sent after half of it.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the broker keeps the session after the connection ends; "0s" keeps no session.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Messages that may be unacknowledged at a time. The default is 100, which an MQTT 5.0 broker can lower, and 20 with MQTT 3.1.1, where
    /// a broker cannot state its limit: mosquitto closes the connection if there are more.
    /// </summary>
    /// <example>max_in_flight = 20</example>
    [Bounds(1, 10_000)]
    public int? MaxInFlight { get; init; }

    internal int MaxInFlightOrDefault => MaxInFlight ?? (Protocol == ProtocolVersion.V5 ? 100 : 20);

    internal BrokerAddress Address => BrokerAddress.Parse(Host, out _);

    internal bool UsesTls => Address.IsTls ?? Tls is not null;

    internal int PortOrDefault => Port ?? Address.Port ?? (Address.WebSocketPath, UsesTls) switch
    {
        (null, false) => PlainPort,
        (null, true) => TlsPort,
        (_, false) => HttpPort,
        (_, true) => HttpsPort,
    };

    internal string Endpoint => $"{(Address.Host.Contains(':') ? $"[{Address.Host}]" : Address.Host)}:{PortOrDefault}";

    internal ProtocolVersion Protocol => Version == "3.1.1" ? ProtocolVersion.V311 : ProtocolVersion.V5;

    /// <summary>True when the next connection resumes the session and its unfinished messages.</summary>
    internal bool KeepsSession => SessionExpiry > TimeSpan.Zero && Qos > 0;

    /// <summary>Longest wait for an answer of the broker before the connection is closed as dead.</summary>
    internal abstract TimeSpan ResponseTimeout { get; }

    /// <summary>Length in bytes of the longest packet that is received whole.</summary>
    internal abstract int MaxReceivedPacketBytes { get; }

    /// <summary>
    /// True if CONNECT states this length, and a longer packet ends the connection; false if a longer message is received and cut.
    /// </summary>
    internal abstract bool AnnouncesMaximumPacketSize { get; }

    /// <summary>
    /// Messages of QoS 1 and 2 that the broker may send before they are acknowledged; null for a connection that only publishes.
    /// </summary>
    internal abstract int? ReceiveMaximum { get; }

    /// <summary>The message that the broker publishes when the connection ends without DISCONNECT.</summary>
    internal virtual WillOptions? LastWill => null;

    /// <inheritdoc/>
    public virtual IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(Host)) yield return ("host", "is empty: give the name or address of the broker");
        var address = BrokerAddress.Parse(Host, out var wrongHost);
        if (wrongHost is not null) yield return ("host", wrongHost);
        if (Port is not null && address.Port is { } inUrl && inUrl != Port)
            yield return ("port", $"the URL in host has the port {inUrl}: remove one of them");
        if (address.IsTls == false && Tls is not null)
            yield return ("tls", $"the URL in host is without TLS: write {(address.WebSocketPath is null ? "mqtts" : "wss")}://");
        if (Alpn is not null && !UsesTls) yield return ("alpn", "is part of TLS: set tls too, or use mqtts:// or wss:// in host");
        if (Alpn is not null && (Alpn.Length is 0 or > MaxAlpnBytes || !Ascii.IsValid(Alpn)))
            yield return ("alpn", "expected an ASCII name of 1 to 255 characters, for instance \"mqtt\" or \"x-amzn-mqtt-ca\"");
        if (Version is not ("5.0" or "3.1.1")) yield return ("version", $"'{Version}' is not one of \"5.0\", \"3.1.1\"");
        if (ClientId is not null && (ClientId.Length == 0 || !TopicName.IsLegal(ClientId)))
            yield return ("client_id", "is empty or contains control characters; without it the names of site and sink or device are used");
        if (Password is not null && User is null && Version == "3.1.1")
            yield return ("password", "requires user in MQTT 3.1.1");
        foreach (var (key, text) in new[] { ("user", User), ("password", Password?.Reveal()) })
        {
            if (text is not null && Encoding.UTF8.GetByteCount(text) > ushort.MaxValue) yield return (key, "is longer than 65535 bytes");
        }

        foreach (var problem in Tls?.Check() ?? []) yield return problem;
        if (KeepAlive < TimeSpan.FromSeconds(1) || KeepAlive > TimeSpan.FromSeconds(ushort.MaxValue))
            yield return ("keep_alive", "expected \"1s\" to \"65535s\", for instance \"15s\"");
        if (SessionExpiry < TimeSpan.Zero || SessionExpiry > TimeSpan.FromDays(365))
            yield return ("session_expiry", "expected \"0s\" to \"365d\", for instance \"1h\"");
    }
}
