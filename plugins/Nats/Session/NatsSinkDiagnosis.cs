using System.Runtime.CompilerServices;
using NATS.Client.Core;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Nats.Streams;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Nats.Session;

/// <summary>
/// Tries the way to a stream for <c>plant doctor</c>, over a connection of its own: server and login, JetStream, the stream. It publishes
/// and creates nothing. Called while the sink is not connected.
/// </summary>
internal sealed class NatsSinkDiagnosis(NatsSinkOptions options, NatsConnector connector, StreamVerifier? stream, TimeProvider time)
{
    /// <summary>Returns the steps, up to the first without which no other can succeed.</summary>
    public async IAsyncEnumerable<DiagnosisStep> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var (session, step) = await ConnectAsync(connector, options, cancel).ConfigureAwait(false);
        yield return step;
        if (session is null) yield break;
        await using (session)
        {
            if (stream is null)
            {
                yield return new DiagnosisStep("stream", true, "core = true: records are published at most once, without acknowledgement");
            }
            else
            {
                yield return await CheckStreamAsync(session, stream, cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Connects and describes the server; without a session the step is a failed one.</summary>
    public static async ValueTask<(NatsSession? Session, DiagnosisStep Step)> ConnectAsync(
        NatsConnector connector, NatsOptions options, CancellationToken cancel)
    {
        try
        {
            var session = await connector.OpenAsync(cancel).ConfigureAwait(false);
            var security = options.UsesTls(session.Address) ? "over TLS, with a trusted certificate" : "without TLS";
            var server = session.Server;
            return (session, new DiagnosisStep("server", true,
                $"{session.Address} is nats-server {server.Version}, {security}; messages up to {server.MaxPayload} bytes"));
        }
        catch (LinkException e)
        {
            string[] remedies = e.Message.Contains("Authorization", StringComparison.OrdinalIgnoreCase)
                ? ["check user and password, token, nkey or creds in site.toml"]
                : e.Message.Contains("TLS", StringComparison.Ordinal) && options.Tls is null
                ? ["set tls = { ca = \"ca.crt\" }, or tls = {} for a CA that this system trusts"] : ["check servers in site.toml"];
            return (null, new DiagnosisStep("server", false, e.Message, remedies));
        }
    }

    private async ValueTask<DiagnosisStep> CheckStreamAsync(NatsSession session, StreamVerifier verifier, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            var found = await verifier.FindAsync(session.JetStream, either.Token).ConfigureAwait(false);
            if (found is null)
            {
                return options.Stream!.Create
                    ? new DiagnosisStep("stream", true, $"{options.Stream.Name} does not exist yet: the first connect creates it")
                    : new DiagnosisStep("stream", false, $"{options.Stream.Name} does not exist", "create it, or remove create = false");
            }

            return verifier.Compare(found.Config) is { } problem
                ? new DiagnosisStep("stream", false, problem)
                : new DiagnosisStep("stream", true, $"{found.Config.Name} has {found.State.Messages} messages, {found.State.Bytes} bytes",
                    "the server tells only at a message whether this user may publish there: a refusal is a dead letter, plant queue");
        }
        catch (NatsException e)
        {
            return new DiagnosisStep("stream", false, NatsErrors.Describe(e), "enable JetStream on the server and for the user's account");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new DiagnosisStep("stream", false, $"JetStream does not answer within {options.Timeout.TotalSeconds:0.###} s");
        }
    }
}
