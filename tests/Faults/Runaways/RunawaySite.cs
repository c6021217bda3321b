using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PlantRuntime.Faults.Runaways;

/// <summary>A site of two devices with a recipe that must miss no scan, and a faulty recipe.</summary>
internal sealed class RunawaySite : IAsyncDisposable
{
    public const int Period = 100;
    private const string Well = "Plant.tank.Scans.Payload(s => new { bad = 1 }).To(Sinks.others);";
    private readonly SiteFolder _folder = new(SiteFolder.DefaultSite + """


        [sinks.others]
        sink = "jsonl"
        path = "data/others.jsonl"

        [limits]
        memory = "256MB"
        """);

    private PlantProcess? _host;

    public PlantProcess Host => _host!;

    /// <summary>Highest resident memory since <see cref="ForgetPeak"/>, in MB (VmHWM).</summary>
    public double Peak => ProcessFigures.Megabytes(Host.Id, "VmHWM");

    /// <summary>Records of the faulty recipe in its good version.</summary>
    public int Delivered => _folder.Lines("data/others.jsonl").Length;

    public async Task StartAsync()
    {
        _folder.Write("recipes/good.csx", "Plant.line.Scans.Payload(s => new { n = s.Number, t = s.Time }).To(Sinks.lines);");
        _folder.Write("recipes/bad.csx", Well);
        _host = PlantProcess.Start("run", _folder.Path);
        await Host.WhenAsync("name=recipes/bad.csx state=Running");
        await Host.WhenAsync("OK .*device=line");
    }

    /// <summary>Sets the peak to the current resident memory.</summary>
    public void ForgetPeak() => ProcessFigures.ForgetPeak(Host.Id);

    public void Break(RunawayCase runaway) => _folder.Write("recipes/bad.csx", runaway.Recipe);

    /// <summary>Nice value of the thread that was abandoned last (proc(5), stat; the name contains blanks in parentheses).</summary>
    public int NiceOfLeft()
    {
        var thread = Regex.Matches(Host.Output, @"keeps its thread (\d+) from ending")[^1].Groups[1].Value;
        var stat = File.ReadAllText($"/proc/{Host.Id}/task/{thread}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }

    public async Task MendAsync()
    {
        var before = Host.Count("name=recipes/bad.csx state=.*(Running|again as it runs)");
        _folder.Write("recipes/bad.csx", $"{Well} // {before}");
        await Host.WhenAsync("name=recipes/bad.csx state=.*(Running|again as it runs)", before + 1);
    }

    /// <summary>Number and time of the scans of the good recipe.</summary>
    public IReadOnlyList<(long Number, DateTime Time)> Scans() =>
    [
        .. _folder.Lines("data/lines.jsonl").Select(line => JsonDocument.Parse(line).RootElement)
            .Where(r => r.TryGetProperty("n", out _)).Select(r => (r.GetProperty("n").GetInt64(), r.GetProperty("t").GetDateTime())),
    ];

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        _folder.Dispose();
    }
}
