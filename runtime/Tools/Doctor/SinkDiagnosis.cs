using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Tools.Doctor;

/// <summary>
/// Tests the way to the receiver of a sink: its name, its port, and the steps that its plugin knows (<see cref="IDiagnosableSink"/>). Used
/// by <c>plant doctor</c>, one sink at a time. The tests have connections of their own, also while a host runs the site, and store nothing;
/// keeps no state.
/// </summary>
internal static class SinkDiagnosis
{
    /// <summary>Opens a sink, without I/O; the caller disposes it.</summary>
    /// <exception cref="RefusedException">There is no such plugin, or the settings are wrong.</exception>
    public static ISink Open(PluginCatalog plugins, PluginFactory factory, SinkModel model)
    {
        if (plugins.Sink(model.Sink) is not { } plugin)
            throw new RefusedException(factory.Missing(plugins).First(p => p.At == model.SinkAt).ToString());
        var problems = new List<Problem>();
        return factory.Sink(model, plugin, problems) is { } open ? open() : throw new RefusedException(string.Join("; ", problems));
    }

    /// <summary>Returns the steps; ends after a failed step that the following ones depend on.</summary>
    /// <param name="sink">The sink, not connected.</param>
    /// <param name="model">The sink in site.toml.</param>
    /// <param name="cancel">Ends the steps with an exception.</param>
    public static async IAsyncEnumerable<DiagnosisStep> RunAsync(
        ISink sink, SinkModel model, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (sink is not IDiagnosableSink diagnosable)
        {
            yield return new DiagnosisStep("sink", true, $"the plugin {model.Sink} has no test; the log shows CONNECTED with the first records");
            yield break;
        }

        var timeout = (sink as IPatientSink)?.CallTimeout ?? SinkSession.DefaultCallTimeout;
        await foreach (var step in NetworkDiagnosis.RunAsync(diagnosable.Endpoint, CallAsync, cancel).ConfigureAwait(false))
        {
            yield return step;
            if (!step.IsGood) yield break;
        }

        await foreach (var step in DiagnosisSteps
            .RunAsync(diagnosable.DiagnoseAsync, $"sink {model.Sink}", "receiver", timeout, cancel).ConfigureAwait(false))
        {
            yield return step;
        }

        async Task CallAsync(Func<CancellationToken, ValueTask> call, CancellationToken token)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(token);
            deadline.CancelAfter(timeout);
            try
            {
                await call(deadline.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                throw new TimeoutException($"no answer within {timeout.TotalSeconds:0.###} s");
            }
        }
    }

    /// <summary>
    /// Ends the pause of the retries or parking of the host, because the way to the receiver is in order; returns that as a step.
    /// </summary>
    /// <exception cref="SiteClientException">The host did not answer.</exception>
    public static async Task<DiagnosisStep> RetryAsync(SinkModel model, string folder, CancellationToken cancel)
    {
        await SiteClient.PostAsync(folder, "/api/restart", new JsonObject { ["name"] = model.Name }, cancel).ConfigureAwait(false);
        return new DiagnosisStep("retry", true, "the host opens it again at once; plant queue shows whether its records are delivered");
    }

    /// <summary>Returns the step for the sink in the running host.</summary>
    /// <exception cref="SiteClientException">The host did not answer.</exception>
    public static async Task<DiagnosisStep> AskHostAsync(SinkModel model, string folder, CancellationToken cancel)
    {
        var status = await SiteClient.GetAsync(folder, "/api/status", cancel).ConfigureAwait(false);
        var sink = status["sinks"]!.AsArray().FirstOrDefault(s => (string?)s!["name"] == model.Name);
        if (sink is null)
        {
            return new DiagnosisStep("host", false, "the running host has no such sink",
                "it takes the edit of site.toml within seconds, or its log says why not");
        }

        var waiting = $"{sink["waiting"]} wait";
        return (string?)sink["reason"] is { } reason
            ? new DiagnosisStep("host", false, $"{sink["state"]}: {reason}; {waiting}", "the next lines test the way to the receiver")
            : new DiagnosisStep("host", true, $"{sink["state"]}; {waiting}");
    }
}
