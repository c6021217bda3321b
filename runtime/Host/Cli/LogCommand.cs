using System.CommandLine;
using System.Text;
using System.Text.Json;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant log</c>: prints the last log lines of a running site, and further ones as they come. Without a host it prints the
/// end of the log file. Runs once per process, one loop; a signal or the end of its reader ends it.
/// </summary>
internal sealed class LogCommand
{
    /// <summary>The end of the file that is read, which has at least as many lines as a running host keeps.</summary>
    private const int TailBytes = 256 * 1024;

    private const int TailLines = 500;
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly string _site;
    private readonly string _folder;
    private readonly LogLevel _least;
    private readonly Stream _output;
    private readonly TextWriter _errors;

    // The host whose lines are printed, by the time of its start, and the number of the last one.
    private string? _started;
    private long _last;
    private bool _isWaiting;

    private LogCommand(string site, LogLevel least, Stream output, TextWriter errors) =>
        (_site, _folder, _least, _output, _errors) = (site, Path.GetFullPath(site), least, output, errors);

    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var site = SiteArgument.Create();
        var follow = new Option<bool>("--follow", "-f")
            { Description = "Print further lines as they come, also after a restart of the host" };
        var level = new Option<LogLevel>("--level")
        {
            Description = "Print lines of this level and above: debug, info, warn or error",
            DefaultValueFactory = _ => LogLevel.Debug,
        };
        var command = new Command("log", """
            Print the last log lines of a running site. If no host runs the site, print the end of its log file.
            With --follow, print further lines until Ctrl-C; a host that ends or is not there yet is waited for.
            Exit code 1 when there is neither a host nor a log file.
            """) { site, follow, level };
        command.SetAction((result, _) => RunAsync(result.GetValue(site)!, result.GetValue(follow), result.GetValue(level)));
        return command;
    }

    private static async Task<int> RunAsync(string site, bool isFollowing, LogLevel least)
    {
        if (SiteArgument.WhyNoSite(site) is { } reason)
        {
            Console.Error.WriteLine(reason);
            return 1;
        }

        // Console.Out hides that its reader has gone, and the command would go on for nobody.
        using var output = StandardStreams.OpenOutput();
        var command = new LogCommand(site, least, output, Console.Error);
        var stop = ShutdownSignals.Register();
        try
        {
            return await (isFollowing ? command.FollowAsync(stop) : command.PrintAsync(stop)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (IOException)
        {
            // The reader has gone: plant log | head.
            return 0;
        }
    }

    private async Task<int> PrintAsync(CancellationToken stop)
    {
        try
        {
            Print(await ReadAsync(0, stop).ConfigureAwait(false));
            return 0;
        }
        catch (SiteClientException exception)
        {
            if (PrintFile(exception)) return exception.IsNotRunning ? 0 : 1;
            _errors.WriteLine(LogText.Sanitize(exception.IsNotRunning
                ? $"{exception.Message}; there is no log file {FindFile()}" : exception.Message));
            return 1;
        }
    }

    private async Task<int> FollowAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                var isBegun = false;
                await foreach (var change in SiteEvents.ReadAsync(_folder, stop).ConfigureAwait(false))
                {
                    if (change.Name == "status" && !isBegun) await BeginAsync(change.Data, stop).ConfigureAwait(false);
                    isBegun |= change.Name == "status";
                    if (change.Name == "log" && isBegun) await AppendAsync(change.Data, stop).ConfigureAwait(false);
                }

                Wait(new SiteClientException("the host has ended"));
            }
            catch (SiteClientException exception)
            {
                Wait(exception);
            }

            await Task.Delay(s_retry, TimeProvider.System, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Says once what is waited for, not at each attempt.</summary>
    private void Wait(SiteClientException reason)
    {
        if (_isWaiting) return;
        _isWaiting = true;

        // The end of the file is for those who begin without a host: one that was there has printed its lines.
        if (_started is not null || !PrintFile(reason)) _errors.WriteLine(LogText.Sanitize(reason.Message));
        _errors.WriteLine("waiting for the host");
    }

    /// <summary>Prints the lines that came before the stream, of the host as before or of another one.</summary>
    private async Task BeginAsync(JsonElement status, CancellationToken stop)
    {
        var started = status.GetProperty("started").GetString();
        var news = _started is null ? "the host has started" : started == _started ? "the host answers again" : "the host has started anew";
        if (_isWaiting) _errors.WriteLine(news);
        _isWaiting = false;
        if (started != _started) (_started, _last) = (started, 0);
        Print(await ReadAsync(_last, stop).ConfigureAwait(false));
    }

    /// <summary>Prints lines of the stream, and those before them that it has left out because this reader was slow.</summary>
    private async Task AppendAsync(JsonElement data, CancellationToken stop)
    {
        List<SiteLogLine> lines = [.. SiteLogLine.Parse(data)];
        if (lines.Count > 0 && lines[0].Number > _last + 1) Print(await ReadAsync(_last, stop).ConfigureAwait(false));
        Print(lines);
    }

    private async Task<IEnumerable<SiteLogLine>> ReadAsync(long after, CancellationToken stop)
    {
        var lines = await SiteClient.GetSoonAsync(_folder, $"/api/log?after={after}", stop).ConfigureAwait(false);
        return SiteLogLine.Parse(JsonSerializer.SerializeToElement(lines));
    }

    private void Print(IEnumerable<SiteLogLine> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            if (line.Number != 0 && line.Number <= _last) continue;
            _last = Math.Max(_last, line.Number);
            if (line.Level >= _least) text.Append(line.Text).Append('\n');
        }

        if (text.Length > 0) _output.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>
    /// Prints the end of the log file, after the reason for which the host is not asked. Returns false if it cannot be read.
    /// </summary>
    private bool PrintFile(SiteClientException reason)
    {
        var file = FindFile();
        string[] lines;
        try
        {
            lines = ReadTail(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        _errors.WriteLine(LogText.Sanitize($"{reason.Message}; these are the last lines of {file}"));
        Print(lines.Select(SiteLogLine.Parse));
        return true;
    }

    /// <summary>Returns the path of the log file; the default one if site.toml has errors.</summary>
    private string FindFile()
    {
        var (model, _) = SiteFile.Load(_folder, Environment.GetEnvironmentVariable, sharedFolder: Tools.InstallPaths.Scripts);
        return SiteFolders.LogFile(_folder, (model?.EffectiveLog ?? new LogOptions()).File);
    }

    private static string[] ReadTail(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var isCut = stream.Length > TailBytes;
        if (isCut) stream.Seek(-TailBytes, SeekOrigin.End);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        // The first line of a part begins somewhere in the middle.
        return [.. lines.Skip(isCut ? 1 : 0).TakeLast(TailLines).Select(l => l.TrimEnd('\r'))];
    }
}
