using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// Runs the checks of <c>plant doctor</c> for driver and sink: a check that throws is a failed step with the reason. Stateless; any thread.
/// </summary>
internal sealed class CheckRunner(PostgresOptions options)
{
    public async Task<DiagnosisStep> RunAsync(string name, Func<Task<DiagnosisStep>> check, CancellationToken cancel)
    {
        try
        {
            return await check().ConfigureAwait(false);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            return new DiagnosisStep(name, false, Describe(e));
        }
    }

    public string Describe(Exception e) => NpgsqlErrors.Describe(e, options.Endpoint, options.User).Message;
}
