using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Http;
using PlantRuntime.Conformance.Peers.Http;

namespace PlantRuntime.Http.Tests.Testing;

/// <summary>Gives each test a server, a folder and a log.</summary>
public abstract class HttpTestBase : IAsyncLifetime
{
    internal ScriptedHttpServer Server { get; } = new();

    protected TemporaryFolder Folder { get; } = new();

    protected CapturingPluginLog Log { get; } = new();

    /// <summary>The clock that sinks get.</summary>
    protected ManualTimeProvider Clock { get; } = new(Batches.Start);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected async Task<ISink> ConnectAsync(HttpOptions? options = null, string name = "api")
    {
        var context = new PluginContext(name, "press-hall", Folder.Path, Clock, Log);
        var sink = new HttpPlugin().Open(options ?? With(HttpMode.Array), context);
        await sink.ConnectAsync(default);
        return sink;
    }

    protected HttpOptions With(HttpMode mode) => new() { Url = $"{Server.Url}/in", Mode = mode };

    /// <summary>The bodies of all requests, in order.</summary>
    internal string[] Bodies() => [.. Server.Received.Select(r => r.Text)];
}
