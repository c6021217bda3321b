using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Messages;
using PlantRuntime.Plugins.Mqtt.Wire;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>What sinks and devices say alike of their broker in site.toml.</summary>
public abstract class MqttOptions : IValidatedOptions
{
    private const int PlainPort = 1883;
    private const int TlsPort = 8883;

    /// <summary>Name or address of the broker.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port; without it 1883, or 8883 with <see cref="Tls"/>.</summary>
    [Bounds(1, 65535)]
    public int? Port { get; init; }

    /// <summary>Version of the protocol: "5.0" or "3.1.1".</summary>
    public string Version { get; init; } = "5.0";

    /// <summary>Name by which the broker knows us; without it made of the site's and our own. No two connections may share one.</summary>
    public string? ClientId { get; init; }

    /// <summary>User name.</summary>
    public string? User { get; init; }

    /// <summary>Password.</summary>
    public Secret? Password { get; init; }

    /// <summary>Secures the connection; without it everything, the password too, travels in clear.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Quality of service, 0 to 2.</summary>
    [Bounds(0, 2)]
    public int Qos { get; init; } = 1;

    /// <summary>Longest silence before the broker counts us as gone; we ask for a sign of life after half of it.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the broker remembers our session after a break; "0s" for not at all.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Messages that may be on their way at a time. Without it 100, of which a broker of MQTT 5.0 may allow less; in 3.1.1, which has no
    /// word for that, 20: mosquitto closes the connection over more.
    /// </summary>
    [Bounds(1, 10_000)]
    public int? MaxInFlight { get; init; }

    internal int MaxInFlightOrDefault => MaxInFlight ?? (Protocol == ProtocolVersion.V5 ? 100 : 20);

    internal int PortOrDefault => Port ?? (Tls is null ? PlainPort : TlsPort);

    internal string Endpoint => $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{PortOrDefault}";

    internal ProtocolVersion Protocol => Version == "3.1.1" ? ProtocolVersion.V311 : ProtocolVersion.V5;

    /// <summary>True when half-delivered messages are to be finished on the next connection.</summary>
    internal bool KeepsSession => SessionExpiry > TimeSpan.Zero && Qos > 0;

    /// <summary>How long the broker may take for an answer before the connection counts as dead.</summary>
    internal abstract TimeSpan AnswerTimeout { get; }

    /// <summary>Bytes of the longest packet that we take.</summary>
    internal abstract int MostReceivedBytes { get; }

    /// <summary>Messages that we take before an answer; null when we take none.</summary>
    internal abstract int? ReceiveMaximum { get; }

    /// <summary>What the broker publishes when the connection breaks without a goodbye.</summary>
    internal virtual WillOptions? LastWill => null;

    /// <inheritdoc/>
    public virtual IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(Host)) yield return ("host", "is empty: give the name or address of the broker");
        if (Version is not ("5.0" or "3.1.1")) yield return ("version", $"'{Version}' is none of \"5.0\", \"3.1.1\"");
        if (ClientId is not null && (ClientId.Length == 0 || !TopicText.IsLegal(ClientId)))
            yield return ("client_id", "is empty or holds control characters; leave it out for one made of the site's and its own name");
        if (Password is not null && User is null && Version == "3.1.1")
            yield return ("password", "needs a user too in MQTT 3.1.1");
        foreach (var (key, what) in new[] { ("user", User), ("password", Password?.Reveal()) })
        {
            if (what is not null && Encoding.UTF8.GetByteCount(what) > ushort.MaxValue) yield return (key, "is longer than 65535 bytes");
        }

        if (Tls is not null && (Tls.Cert is null) != (Tls.Key is null)) yield return ("tls", "cert and key belong together: give both");
        if (KeepAlive < TimeSpan.FromSeconds(1) || KeepAlive > TimeSpan.FromSeconds(ushort.MaxValue))
            yield return ("keep_alive", "expected \"1s\" to \"65535s\", for instance \"15s\"");
        if (SessionExpiry < TimeSpan.Zero || SessionExpiry > TimeSpan.FromDays(365))
            yield return ("session_expiry", "expected \"0s\" to \"365d\", for instance \"1h\"");
    }
}
