using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Http;
using PlantRuntime.Testing.Server;

namespace PlantRuntime.Http.Tests.Testing;

/// <summary>A server, a folder and a log for each test.</summary>
public abstract class HttpTestBase : IAsyncLifetime
{
    internal TestServer Server { get; } = new();

    protected TemporaryFolder Folder { get; } = new();

    protected CapturingPluginLog Log { get; } = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected async Task<ISink> ConnectAsync(HttpOptions? options = null, string name = "api")
    {
        var context = new PluginContext(name, "press-hall", Folder.Path, new ManualTimeProvider(Batches.Start), Log);
        var sink = new HttpPlugin().Open(options ?? With(HttpMode.Array), context);
        await sink.ConnectAsync(default);
        return sink;
    }

    protected HttpOptions With(HttpMode mode) => new() { Url = $"{Server.Url}/in", Mode = mode };

    /// <summary>The records' numbers in each request, in order.</summary>
    internal string[] Bodies() => [.. Server.Seen.Select(r => r.Text)];
}
