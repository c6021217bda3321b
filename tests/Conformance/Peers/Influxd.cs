using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.Conformance.Peers;

/// <summary>Debian's InfluxDB 1.6 on free loopback ports with a separate folder, for all tests of a class.</summary>
public sealed class Influxd : IAsyncLifetime
{
    private const string Program = "/usr/bin/influxd";
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder _folder = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;

    public static bool IsInstalled => File.Exists(Program);

    public string Url { get; private set; } = "";

    public async Task InitializeAsync()
    {
        if (!IsInstalled) return;
        var (http, backup) = FreePorts();
        Url = $"http://127.0.0.1:{http}";
        await File.WriteAllTextAsync(_folder.Of("influxdb.conf"), Settings(http, backup));
        var start = new ProcessStartInfo(Program, ["run", "-config", _folder.Of("influxdb.conf")]) { RedirectStandardError = true };
        start.RedirectStandardOutput = true;
        _process = new Process { StartInfo = start };
        var output = new StringWriter();
        _process.ErrorDataReceived += (_, line) => OnOutput(line.Data, output);
        _process.OutputDataReceived += (_, line) => OnOutput(line.Data, output);
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        var end = await Task.WhenAny(_ready.Task, _process.WaitForExitAsync(), Task.Delay(s_startLimit));
        if (end != _ready.Task) throw new InvalidOperationException($"influxd did not start:{Environment.NewLine}{output}");
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _folder.Dispose();
    }

    private static (int Http, int Backup) FreePorts()
    {
        using var one = new TcpListener(IPAddress.Loopback, 0);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        one.Start();
        other.Start();
        return (((IPEndPoint)one.LocalEndpoint).Port, ((IPEndPoint)other.LocalEndpoint).Port);
    }

    private void OnOutput(string? line, StringWriter output)
    {
        if (line is null) return;
        lock (output) output.WriteLine(line);
        if (line.Contains("Listening for signals", StringComparison.Ordinal)) _ready.TrySetResult();
    }

    private string Settings(int http, int backup) => $"""
        reporting-disabled = true
        bind-address = "127.0.0.1:{backup}"
        [meta]
          dir = "{_folder.Of("meta")}"
        [data]
          dir = "{_folder.Of("data")}"
          wal-dir = "{_folder.Of("wal")}"
        [http]
          bind-address = "127.0.0.1:{http}"
          flux-enabled = false
        [monitor]
          store-enabled = false
        """;
}
