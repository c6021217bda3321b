using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>CONNECT and CONNACK, and what follows from them.</summary>
internal static class Handshake
{
    /// <summary>Sends CONNECT and waits for the answer.</summary>
    /// <exception cref="LinkException">The broker refuses, cannot do what the options ask for, or is none.</exception>
    public static async ValueTask<ConnAck> ExchangeAsync(
        MqttLink link, FrameBuffer frames, MqttOptions options, string clientId, bool cleanStart, CancellationToken cancel)
    {
        var connect = new Connect
        {
            Version = options.Protocol,
            ClientId = clientId,
            CleanStart = cleanStart,
            KeepAlive = options.KeepAlive,
            SessionExpiry = options.KeepsSession ? options.SessionExpiry : TimeSpan.Zero,
            MaximumPacketSize = MqttSession.MostReceivedBytes,
            User = options.User,
            Password = options.Password?.Reveal(),
            Will = options.Will,
        };
        await link.SendAsync(connect.ToPacket(), cancel).ConfigureAwait(false);
        var ack = await ReceiveAsync(link, frames, options, cancel).ConfigureAwait(false);
        return ProblemOf(ack, options, cleanStart) is { } problem ? throw new LinkException(problem) : ack;
    }

    private static async ValueTask<ConnAck> ReceiveAsync(MqttLink link, FrameBuffer frames, MqttOptions options, CancellationToken cancel)
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

    private static string? ProblemOf(ConnAck ack, MqttOptions options, bool cleanStart)
    {
        var words = ack.Words.Length == 0 ? "" : $": {ack.Words}";
        if (ack.Refusal.Length > 0) return $"the broker refuses the connection: {ack.Refusal}{words}";
        if (ack.SessionPresent && cleanStart) return "the broker has a session present though a clean one was asked for";
        if (options.Qos > ack.MaximumQoS) return $"the broker takes QoS {ack.MaximumQoS} at most: qos = {options.Qos} is too much";
        if (options.Will is { } will && will.Qos > ack.MaximumQoS)
            return $"the broker takes QoS {ack.MaximumQoS} at most: the will's qos is {will.Qos}";
        return options.Retain && !ack.RetainAvailable ? "the broker keeps no messages: retain = true is not possible" : null;
    }
}
