using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Topics;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// Opens connections to a broker: TCP, TLS, CONNECT and CONNACK. One driver or sink owns it and calls it within ConnectAsync, one call at a
/// time. It keeps no connection and never retries. Immutable.
/// </summary>
/// <param name="options">Address, credentials and limits.</param>
/// <param name="role">Suffix of the default client id, so that a sink and a device of the same name have different client ids.</param>
/// <param name="context">Names of the site and of the sink or device.</param>
internal sealed class BrokerConnector(MqttOptions options, string role, PluginContext context)
{
    private readonly string _clientId = options.ClientId ?? $"{TopicName.ToLevel(context.Site)}-{TopicName.ToLevel(context.Name)}{role}";
    /// <summary>Beginning of the message of a connection that the broker refuses with CONNACK.</summary>
    public const string Refusal = "the broker refuses the connection";

    private const string ProbeSuffix = "-doctor";
    private readonly WireRecorder _recorder = context.Trace.CreateRecorder(MqttMessageText.Of);
    private readonly TlsHandshake? _tls = options.UsesTls ? CreateTls(options, options.Alpn, context) : null;

    /// <summary>The client id of <see cref="ProbeAsync"/>; a broker ends the connection of a client whose id another one uses.</summary>
    public string ProbeId => _clientId + ProbeSuffix;

    /// <summary>
    /// Tries whether MQTT is answered in another way than the options say, without credentials, which that way may not protect, and with a
    /// client id and session of its own.
    /// </summary>
    /// <returns>Null when CONNECT is answered, even by a refusal; otherwise the reason.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<string?> TryOtherWayAsync(BrokerAddress address, string? alpn, CancellationToken cancel)
    {
        var connect = new ConnectPacket
        {
            Version = options.Protocol, ClientId = ProbeId, CleanStart = true, KeepAlive = options.KeepAlive,
            MaximumPacketSize = options.MaxReceivedPacketBytes,
        };
        try
        {
            var tls = address.IsTls == true ? CreateTls(options, alpn, context) : null;
            using var link = await MqttConnection.ConnectAsync(address, options.PortOrDefault, tls, cancel).ConfigureAwait(false);
            var frames = new FrameBuffer(FixedHeader.FrameLength, options.MaxReceivedPacketBytes);
            await link.SendAsync(connect.ToPacket(), cancel).ConfigureAwait(false);
            await ReceiveConnAckAsync(link, frames, cancel).ConfigureAwait(false);
            return null;
        }
        catch (LinkException e)
        {
            return e.Message;
        }
    }

    /// <summary>Connects, sends CONNECT and waits for CONNACK.</summary>
    /// <exception cref="LinkException">The broker is unreachable, its certificate is refused, or it refuses the connection.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<AcceptedConnection> ConnectAsync(bool cleanStart, CancellationToken cancel) =>
        ConnectAsync(CreateConnectPacket(cleanStart), cancel);

    /// <summary>
    /// Connects with the user and password, but with another client id, without a last will, and with a session that ends with the
    /// connection, so that the connection of a running host and its session stay.
    /// </summary>
    /// <exception cref="LinkException">The broker is unreachable, its certificate is refused, or it refuses the connection.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<AcceptedConnection> ProbeAsync(CancellationToken cancel) => ConnectAsync(
        new ConnectPacket
        {
            Version = options.Protocol, ClientId = ProbeId, CleanStart = true, KeepAlive = options.KeepAlive,
            MaximumPacketSize = options.AnnouncesMaximumPacketSize ? options.MaxReceivedPacketBytes : null,
            ReceiveMaximum = options.ReceiveMaximum, User = options.User, Password = options.Password?.Reveal(),
        }, cancel);

    private async ValueTask<AcceptedConnection> ConnectAsync(ConnectPacket connect, CancellationToken cancel)
    {
        var link = await MqttConnection.ConnectAsync(options.Address, options.PortOrDefault, _tls, cancel).ConfigureAwait(false);
        try
        {
            link.Recorder = _recorder;
            var frames = new FrameBuffer(
                FixedHeader.FrameLength, options.MaxReceivedPacketBytes, cutsLongFrames: !options.AnnouncesMaximumPacketSize)
            {
                Observer = _recorder.Record,
            };
            await link.SendAsync(connect.ToPacket(), cancel).ConfigureAwait(false);
            var ack = await ReceiveConnAckAsync(link, frames, cancel).ConfigureAwait(false);
            var reasonString = ack.ReasonString.Length == 0 ? "" : $": {ack.ReasonString}";
            if (ack.Refusal.Length > 0) throw new LinkException($"{Refusal}: {ack.Refusal}{reasonString}");
            if (ack.SessionPresent && connect.CleanStart)
                throw new LinkException("the broker resumed a session although CONNECT requested a clean one");
            return new AcceptedConnection(link, frames, ack);
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    private static TlsHandshake CreateTls(MqttOptions options, string? alpn, PluginContext context) =>
        new(options.Tls ?? new TlsOptions(), options.Address.Host, alpn, context);

    private ConnectPacket CreateConnectPacket(bool cleanStart) => new()
    {
        Version = options.Protocol,
        ClientId = _clientId,
        CleanStart = cleanStart,
        KeepAlive = options.KeepAlive,
        SessionExpiry = options.KeepsSession ? options.SessionExpiry : TimeSpan.Zero,
        MaximumPacketSize = options.AnnouncesMaximumPacketSize ? options.MaxReceivedPacketBytes : null,
        ReceiveMaximum = options.ReceiveMaximum,
        User = options.User,
        Password = options.Password?.Reveal(),
        Will = options.LastWill,
    };

    private string HintAtSilence()
    {
        var isDirect = options.Address.WebSocketPath is null;
        if (!options.UsesTls) return isDirect ? "does this port require TLS or WebSockets?" : "does the path belong to MQTT?";
        return isDirect && options.Alpn is null
            ? "does it require another client certificate, alpn or WebSockets?" : "does it require another client certificate?";
    }

    /// <summary>Recognizes the first bytes of a reply of HTTP or of TLS (an alert, RFC 8446, section 5.1).</summary>
    private static string? DescribeOtherProtocol(ReadOnlySpan<byte> reply)
    {
        if (reply.StartsWith("HTTP/"u8)) return "HTTP: if it is a broker with WebSockets, use a URL in host: \"ws://…/mqtt\"";
        return reply is [0x15, 0x03, ..] ? "TLS: set tls" : null;
    }

    private async ValueTask<ConnAckPacket> ReceiveConnAckAsync(MqttConnection link, FrameBuffer frames, CancellationToken cancel)
    {
        ReadOnlyMemory<byte> packet;
        try
        {
            while (!frames.TryRead(out packet)) await link.FillAsync(frames, cancel).ConfigureAwait(false);
        }
        catch (FrameException e) when (DescribeOtherProtocol(frames.Unfinished) is { } other)
        {
            throw new LinkException($"the port does not speak MQTT but {other}", e);
        }
        catch (LinkException e) when (e is not FrameException)
        {
            throw new LinkException($"{e.Message}, before CONNECT was answered: {HintAtSilence()}", e);
        }

        return ConnAckPacket.Parse(packet.Span, options.Protocol);
    }
}

/// <summary>
/// A connection that the broker has accepted with CONNACK, on its way from <see cref="BrokerConnector"/> to the session that
/// owns it. Immutable.
/// </summary>
/// <param name="Connection">The connection. The receiver of this record owns it.</param>
/// <param name="Frames">Bytes received after CONNACK.</param>
/// <param name="Ack">The CONNACK with the broker's limits.</param>
internal sealed record AcceptedConnection(MqttConnection Connection, FrameBuffer Frames, ConnAckPacket Ack);
