using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Reflection.Emit;

namespace PlantRuntime.EndToEnd.Tests;

[Trait("Needs", "Process")]
public class PluginTests
{
    private const string MachineSite = SiteFolder.DefaultSite + """


        [devices.machine]
        driver = "my-machine"
        host   = "127.0.0.1"
        port   = 0
        poll   = "100ms"

          [devices.machine.tags]
          temperature = "t1"
        """;

    [SkippableFact]
    public async Task A_driver_built_outside_is_dropped_in_and_replaced_while_the_plant_runs()
    {
        using var device = new LineDevice(name => name == "t1" ? "21.5" : "no such name");
        using var site = new SiteFolder(MachineSite.Replace("port   = 0", $"port   = {device.Port}", StringComparison.Ordinal));
        site.Write("recipes/all.csx",
            "Plant.machine.Scans.OnChange().To(Sinks.lines); Plant.line.Scans.Payload(s => new { n = s.Number }).To(Sinks.lines);");
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("WAITING device=machine driver=my-machine");
        await plant.WhenAsync("OK .*device=line");

        // A new driver, from the template as it is: under sixty lines and one package.
        Assert.Equal(0, (await PlantProcess.RunAsync("new", "driver", "my-machine", "--in", site.At("src"))).ExitCode);
        var source = site.At("src/my-machine/MyMachinePlugin.cs");
        Assert.InRange(File.ReadAllLines(source).Length, 1, 59);
        await BuildAsync(site.At("src/my-machine"), site.At("plugins/my-machine"));
        await plant.WhenAsync("CONNECTED plant=1 device=machine");
        await plant.WhenAsync("OK .*device=machine .*tags=1");

        // Replaced: the devices that use it restart, the old one leaves memory, nobody else notices.
        File.WriteAllText(source, File.ReadAllText(source)
            .Replace("into.Good(i, number)", "into.Good(i, number * 2)", StringComparison.Ordinal));
        await BuildAsync(site.At("src/my-machine"), site.At("plugins/my-machine"));
        await plant.WhenAsync("CONNECTED plant=1 device=machine", 2);
        await plant.WhenAsync("UNLOADED plugin=my-machine");

        // Broken: what was loaded runs on.
        File.WriteAllBytes(site.At("plugins/my-machine/MyMachine.dll"), new byte[5000]);
        await plant.WhenAsync("REFUSED plugin=my-machine .*runs on");
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        Assert.Equal(0, plant.Count("LEAK"));
        Assert.Equal(1, plant.Count("CONNECTED plant=1 device=line"));
        var records = site.Lines("data/lines.jsonl");
        Assert.Equal(["21.5", "43"],
            records.Where(l => l.Contains("machine", StringComparison.Ordinal) && !l.Contains("null", StringComparison.Ordinal))
            .Select(l => l.Split("temperature\":")[1].TrimEnd('}')).Distinct());
        var numbers = records.Where(l => l.StartsWith("{\"n\"", StringComparison.Ordinal)).Select(l => int.Parse(l.AsSpan(5, l.Length - 6)))
            .ToList();
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
    }

    [Fact]
    public async Task Folders_that_hold_no_usable_plugin_are_refused_by_name_and_the_rest_runs()
    {
        using var site = new SiteFolder();
        Directory.CreateDirectory(site.At("plugins/empty"));
        Directory.CreateDirectory(site.At("plugins/damaged"));
        File.WriteAllBytes(site.At("plugins/damaged/damaged.dll"),
            File.ReadAllBytes(Path.Combine(PlantProcess.Folder, "PlantRuntime.Contracts.dll"))[..2000]);
        Directory.CreateDirectory(site.At("plugins/stranger"));
        File.Copy(typeof(FactAttribute).Assembly.Location, site.At("plugins/stranger/xunit.core.dll"));
        Directory.CreateDirectory(site.At("plugins/later"));
        WriteBuiltAgainst(new Version(2, 0, 0, 0), site.At("plugins/later/later.dll"));
        var (exit, output) = await PlantProcess.RunAsync("plugins", site.Path);
        Assert.Equal(1, exit);
        Assert.Matches(@"empty +refused .*no DLL", output);
        Assert.Matches(@"damaged +refused .*damaged or not completely copied", output);
        Assert.Matches(@"stranger +refused .*was built against PlantRuntime.Contracts", output);
        Assert.Matches(@"later +refused .*built against PlantRuntime.Contracts 2.0, this host has 1.0", output);
        Assert.Matches(@"simulator +driver", output);
        Assert.Equal(0, (await PlantProcess.RunAsync("run", site.Path, "--for", "1s")).ExitCode);
    }

    internal static async Task BuildAsync(string project, string output)
    {
        using var build = Process.Start(new ProcessStartInfo("dotnet", ["build", project, "-o", output, "--nologo", "-v", "quiet"])
            { RedirectStandardOutput = true })!;
        var said = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        Assert.True(build.ExitCode == 0, said);
    }

    /// <summary>Writes a plugin that was built against a later version of the contracts.</summary>
    private static void WriteBuiltAgainst(Version version, string path)
    {
        var contracts = new PersistedAssemblyBuilder(new AssemblyName("PlantRuntime.Contracts") { Version = version },
            typeof(object).Assembly);
        var plugin = contracts.DefineDynamicModule("contracts")
            .DefineType("PlantRuntime.Contracts.IPlugin", TypeAttributes.Public | TypeAttributes.Interface | TypeAttributes.Abstract);
        plugin.CreateType();
        var later = new PersistedAssemblyBuilder(new AssemblyName("later"), typeof(object).Assembly);
        var type = later.DefineDynamicModule("later").DefineType("LaterPlugin", TypeAttributes.Public | TypeAttributes.Abstract);
        type.AddInterfaceImplementation(plugin);
        type.CreateType();
        later.Save(path);
    }

    /// <summary>The device of the template's example: answers each line with one line.</summary>
    private sealed class LineDevice : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public LineDevice(Func<string, string> answer)
        {
            _listener.Start();
            _ = ServeAsync(answer);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync(Func<string, string> answer)
        {
            try
            {
                while (true) _ = AnswerAsync(await _listener.AcceptTcpClientAsync(), answer);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The test ends.
            }
        }

        private static async Task AnswerAsync(TcpClient client, Func<string, string> answer)
        {
            using var _ = client;
            using var reader = new StreamReader(client.GetStream());
            await using var writer = new StreamWriter(client.GetStream()) { AutoFlush = true, NewLine = "\n" };
            while (await reader.ReadLineAsync() is { } line) await writer.WriteLineAsync(answer(line));
        }
    }
}
