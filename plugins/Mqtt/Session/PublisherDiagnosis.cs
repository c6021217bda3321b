using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// Tries whether a broker accepts what a sink sends, for <c>plant doctor</c>: TLS, CONNECT with user and password, and the limits in
/// CONNACK. It publishes nothing. Its client id has the suffix -doctor and its session is clean and has no will, because the connection of
/// a running host stays. Called while the sink is not connected.
/// </summary>
internal sealed class PublisherDiagnosis(MqttSinkOptions options, PluginContext context)
{
    /// <summary>Returns the steps, up to the first without which no other can succeed.</summary>
    public async IAsyncEnumerable<DiagnosisStep> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var connector = new BrokerConnector(options, "", context);
        var (ack, problem) = await ConnectAsync(connector, cancel).ConfigureAwait(false);
        if (ack is null)
        {
            if (problem!.StartsWith(BrokerConnector.Refusal, StringComparison.Ordinal))
            {
                yield return new DiagnosisStep("broker", false, problem, "check user, password, client_id and version in site.toml",
                    $"plant doctor connects as {connector.ProbeId}, because one broker has one connection per client id; a broker that "
                    + "allows only certain client ids refuses it");
                yield break;
            }

            yield return new DiagnosisStep("broker", false, problem);
            await foreach (var step in new BrokerDiagnosis(options, connector, context.Time).RunAsync(cancel).ConfigureAwait(false))
            {
                if (step.Name == BrokerDiagnosis.OtherWaysStep) yield return step;
            }

            yield break;
        }

        var security = options.UsesTls ? "over TLS, with a trusted certificate" : "without TLS";
        yield return new DiagnosisStep("broker", true,
            $"accepts {(options.User is null ? "an anonymous client" : $"user {options.User}")} as MQTT {options.Version}, {security}");
        yield return CheckLimits(ack);
        yield return new DiagnosisStep("topic", true,
            $"{options.Topic}: the broker tells only at a message whether {options.User ?? "the client"} may publish there",
            options.Protocol == ProtocolVersion.V5 ? "a refusal is a dead letter with its reason: plant queue"
                : "MQTT 3.1.1 has no refusal of a message: the broker ends the connection, or drops the message in silence");
    }

    private DiagnosisStep CheckLimits(ConnAckPacket ack)
    {
        if (options.Protocol != ProtocolVersion.V5)
            return new DiagnosisStep("limits", true, "MQTT 3.1.1 does not tell limits of qos and retain");
        var remedies = new List<string>();
        if (options.Qos > ack.MaximumQoS) remedies.Add($"set qos = {ack.MaximumQoS}: the broker accepts no more");
        if (options.Retain && !ack.RetainAvailable) remedies.Add("set retain = false: the broker retains no messages");
        var found = $"qos up to {ack.MaximumQoS}, {(ack.RetainAvailable ? "retains messages" : "retains no messages")}, "
            + $"packets up to {ack.MaximumPacketSize} bytes, {ack.ReceiveMaximum} in flight";
        return new DiagnosisStep("limits", remedies.Count == 0, found, remedies);
    }

    private async Task<(ConnAckPacket? Ack, string? Problem)> ConnectAsync(BrokerConnector connector, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(options.Timeout, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            var accepted = await connector.ProbeAsync(either.Token).ConfigureAwait(false);
            using var link = accepted.Connection;
            await link.SendAsync(DisconnectPacket.Normal, either.Token).ConfigureAwait(false);
            return (accepted.Ack, null);
        }
        catch (LinkException e)
        {
            return (null, e.Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (null, $"no answer to the attempt to connect within {options.Timeout.TotalSeconds:0.###} s");
        }
    }
}
