using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Messages;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>The way to a broker: TCP, TLS, CONNECT and CONNACK.</summary>
/// <param name="options">Where it is and how it knows us.</param>
/// <param name="role">What the default client id ends in, so that a sink and a device of one name do not throw each other out.</param>
/// <param name="context">The names of site and sink or device.</param>
internal sealed class Broker(MqttOptions options, string role, PluginContext context)
{
    private readonly string _clientId = options.ClientId ?? $"{TopicText.Level(context.Site)}-{TopicText.Level(context.Name)}{role}";
    private readonly TlsHandshake? _tls = options.Tls is null ? null : new TlsHandshake(options.Tls, options.Host, context);

    /// <summary>Sends CONNECT and waits for the answer.</summary>
    /// <exception cref="LinkException">There is no broker, it is not to be trusted, or it refuses.</exception>
    /// <exception cref="OperationCanceledException">The token ended it.</exception>
    public async ValueTask<Welcome> ConnectAsync(bool cleanStart, CancellationToken cancel)
    {
        var link = await MqttLink.ConnectAsync(options.Host, options.PortOrDefault, _tls, cancel).ConfigureAwait(false);
        try
        {
            var frames = new FrameBuffer(FixedHeader.FrameLength, options.MostReceivedBytes);
            await link.SendAsync(Hello(cleanStart).ToPacket(), cancel).ConfigureAwait(false);
            var ack = await AnswerAsync(link, frames, cancel).ConfigureAwait(false);
            var words = ack.Words.Length == 0 ? "" : $": {ack.Words}";
            if (ack.Refusal.Length > 0) throw new LinkException($"the broker refuses the connection: {ack.Refusal}{words}");
            if (ack.SessionPresent && cleanStart)
                throw new LinkException("the broker has a session present though a clean one was asked for");
            return new Welcome(link, frames, ack);
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    private Connect Hello(bool cleanStart) => new()
    {
        Version = options.Protocol,
        ClientId = _clientId,
        CleanStart = cleanStart,
        KeepAlive = options.KeepAlive,
        SessionExpiry = options.KeepsSession ? options.SessionExpiry : TimeSpan.Zero,
        MaximumPacketSize = options.MostReceivedBytes,
        ReceiveMaximum = options.ReceiveMaximum,
        User = options.User,
        Password = options.Password?.Reveal(),
        Will = options.LastWill,
    };

    private async ValueTask<ConnAck> AnswerAsync(MqttLink link, FrameBuffer frames, CancellationToken cancel)
    {
        ReadOnlyMemory<byte> packet;
        try
        {
            while (!frames.TryTake(out packet)) await link.FillAsync(frames, cancel).ConfigureAwait(false);
        }
        catch (LinkException e) when (e is not FrameException)
        {
            var hint = options.Tls is null ? "does this port want TLS?" : "does it want another certificate of ours?";
            throw new LinkException($"{e.Message}, before it answered CONNECT: {hint}", e);
        }

        return ConnAck.Parse(packet.Span, options.Protocol);
    }
}
