using System.Text.Json;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Sites.Tests.Testing;

/// <summary>The three controllers of sites/lagoons, each a process of its own.</summary>
internal sealed class LagoonControllers : IAsyncDisposable
{
    private static readonly object s_program = new
    {
        controller = "compactlogix",
        udts = new object[]
        {
            Structure("LagoonData", ("Level", "REAL"), ("Temperature", "REAL"), ("Ph", "REAL"), ("Chlorine", "INT")),
            Structure("PumpData", ("Running", "BOOL")),
        },
        tags = new object[]
        {
            new { name = "Lagoon", type = "LagoonData", value = new { Level = 2.5, Temperature = 25.5, Ph = 7.2, Chlorine = 62 } },
            new { name = "Flows", type = "REAL", dims = new[] { 2 }, value = new[] { 900.5, 120 } },
            new { name = "Pumps", type = "PumpData", dims = new[] { 2 }, value = new object[] { new { Running = true } } },
            new { name = "Valves", type = "BOOL", dims = new[] { 32 } },
        },
    };

    private readonly List<PeerProcess> _processes = [];

    /// <summary>The names of the devices.</summary>
    public static IReadOnlyList<string> Names { get; } = ["lagoon_1", "lagoon_2", "lagoon_3"];

    /// <summary>Starts them and puts their ports into the copy of the site.</summary>
    public static async Task<LagoonControllers> StartAsync(SiteFolder site)
    {
        var controllers = new LagoonControllers();
        foreach (var name in Names)
        {
            var process = await PeerProcess.StartAsync("node", "cip_server.js", JsonSerializer.Serialize(s_program));
            controllers._processes.Add(process);
            var host = $"host      = \"${{{name.ToUpperInvariant()}_HOST}}\"";
            site.Replace("site.toml", host, $"{host}\nport      = {process.Port}");
        }

        return controllers;
    }

    /// <summary>Adds the addresses of the controllers, and a free port for the page.</summary>
    public void AddTo(Dictionary<string, string> environment)
    {
        environment["WEB_LISTEN"] = "127.0.0.1:0";
        foreach (var name in Names) environment[$"{name.ToUpperInvariant()}_HOST"] = "127.0.0.1";
    }

    /// <summary>Sets intake, backwash and drain valve of a lagoon, from 1.</summary>
    public Task SetValvesAsync(int lagoon, params bool[] valves) =>
        _processes[lagoon - 1].AskAsync(JsonSerializer.Serialize(new { set = new { Valves = valves } }));

    /// <summary>Lets a controller accept connections and answer nothing.</summary>
    public Task SilenceAsync(int lagoon) => _processes[lagoon - 1].AskAsync("""{"faults": {"silent": true}}""");

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
    }

    private static object Structure(string name, params (string Name, string Type)[] members) =>
        new { name, members = members.Select(m => new { name = m.Name, type = m.Type }).ToArray() };
}
