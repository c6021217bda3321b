using PlantRuntime.Conformance;
using PlantRuntime.Contracts;

namespace PlantRuntime.OpcUa.Tests.Testing;

/// <summary>A site's folder, and drivers that are opened in it.</summary>
internal sealed class Site : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CapturingPluginLog Log { get; } = new();

    public string Folder => _folder.Path;

    public string Pki => Path.Combine(Folder, "pki");

    public IDriver Open(OpcUaOptions options, TimeProvider? time = null, WireTrace? trace = null) =>
        new OpcUaPlugin().Open(options, new PluginContext("line", "plant", Folder, time ?? TimeProvider.System, Log)
            { Trace = trace ?? new WireTrace(TimeProvider.System) });

    /// <summary>Opens a driver and connects it.</summary>
    public async Task<T> ConnectAsync<T>(OpcUaOptions options, WireTrace? trace = null)
        where T : class, IDriver
    {
        var driver = Open(options, trace: trace);
        try
        {
            await driver.ConnectAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch
        {
            await driver.DisposeAsync();
            throw;
        }

        return (T)driver;
    }

    public void Dispose() => _folder.Dispose();
}
