using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Sinks;

/// <summary>Runs the steps of <c>plant doctor</c> of a sink that is not connected.</summary>
public static class SinkSteps
{
    /// <summary>Returns all steps, and disposes of the sink.</summary>
    public static async Task<IReadOnlyList<DiagnosisStep>> RunAsync(ISink sink)
    {
        await using var closing = sink;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var steps = new List<DiagnosisStep>();
        await foreach (var step in Assert.IsAssignableFrom<IDiagnosableSink>(sink).DiagnoseAsync(limit.Token)) steps.Add(step);
        return steps;
    }

    /// <summary>Formats steps as <c>server ok</c> or <c>table FAIL</c>.</summary>
    public static string[] Outcomes(this IEnumerable<DiagnosisStep> steps) =>
        [.. steps.Select(s => $"{s.Name} {(s.IsGood ? "ok" : "FAIL")}")];
}
