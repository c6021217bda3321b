using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Channels;
using PlantRuntime.Logging;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Host.Cli.Watch;

/// <summary>
/// Shows the live table of a site on the terminal, for <c>plant watch</c> and <c>plant run</c>: both read the stream of the host's socket.
/// One loop applies events, keys and changes of the screen in their order and draws after them; view and state belong to it. Connects again
/// when the host ends.
/// </summary>
internal sealed class LiveTable
{
    private const int FallbackWidth = 80;
    private const int FallbackHeight = 24;
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly SiteView _view;
    private readonly TableState _state;
    private readonly bool _hasColor = Environment.GetEnvironmentVariable("NO_COLOR") is null or "";

    // Everything that changes the table, in the order in which it is applied.
    private readonly Channel<Action> _changes = Channel.CreateBounded<Action>(64);
    private bool _isEnding;

    /// <param name="site">The folder of the site, as the user wrote it.</param>
    /// <param name="endsPlant">True if the end of the table ends the plant too.</param>
    /// <param name="time">The clock.</param>
    public LiveTable(string site, bool endsPlant, TimeProvider time)
    {
        _folder = Path.GetFullPath(site);
        _time = time;
        _view = new SiteView(site);
        _state = new TableState(endsPlant);
    }

    /// <summary>True if input and output are a terminal that can be drawn on.</summary>
    public static bool IsPossible =>
        !Console.IsOutputRedirected && !Console.IsInputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Shows the table until a key or <paramref name="end"/> ends it.</summary>
    /// <returns>False if the terminal is gone.</returns>
    public async Task<bool> ShowAsync(CancellationToken end)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(end);
        using var screen = new Screen(Console.OpenStandardOutput());
        using var signals = new TerminalSignals(screen, () => _changes.Writer.TryWrite(static () => { }));
        Task[] sources = [FollowAsync(stop.Token), ReadKeysAsync(stop.Token), TickAsync(stop.Token)];
        try
        {
            while (!_isEnding && !end.IsCancellationRequested)
            {
                Draw(screen);
                var change = await _changes.Reader.ReadAsync(end).ConfigureAwait(false);
                do Apply(change);
                while (_changes.Reader.TryRead(out change));
            }

            return true;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(sources).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static (int Width, int Height) Size()
    {
        var (width, height) = (Console.WindowWidth, Console.WindowHeight);
        return (width > 0 ? width : FallbackWidth, height > 0 ? height : FallbackHeight);
    }

    private void Draw(Screen screen)
    {
        var (width, height) = Size();
        _state.Update(_view);
        screen.Show(TableRenderer.Render(_view, _state, width, height, _hasColor), width, height);
    }

    private void Apply(Action change)
    {
        try
        {
            change();
        }
        catch (SiteClientException exception)
        {
            _view.Lose(LogText.Sanitize(exception.Message));
        }
    }

    /// <summary>Reads the stream, and connects again when it ends.</summary>
    private async Task FollowAsync(CancellationToken stop)
    {
        while (true)
        {
            var trouble = "the host has ended";
            try
            {
                var isFirst = true;
                await foreach (var change in SiteEvents.ReadAsync(_folder, stop).ConfigureAwait(false))
                {
                    await _changes.Writer.WriteAsync(() => _view.Apply(change), stop).ConfigureAwait(false);
                    if (isFirst) await ReadLogAsync(stop).ConfigureAwait(false);
                    isFirst = false;
                }
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                trouble = LogText.Sanitize(exception.Message);
            }

            var reason = $"{trouble}; trying again";
            await _changes.Writer.WriteAsync(() => _view.Lose(reason), stop).ConfigureAwait(false);
            await Task.Delay(s_retry, _time, stop).ConfigureAwait(false);
        }
    }

    private async Task ReadLogAsync(CancellationToken stop)
    {
        var lines = await SiteClient.GetSoonAsync(_folder, "/api/log", stop).ConfigureAwait(false);
        var change = new SiteEvent("log", JsonSerializer.SerializeToElement(lines));
        await _changes.Writer.WriteAsync(() => _view.Apply(change), stop).ConfigureAwait(false);
    }

    private async Task ReadKeysAsync(CancellationToken stop)
    {
        await foreach (var key in KeyReader.Keys.ReadAllAsync(stop).ConfigureAwait(false))
            await _changes.Writer.WriteAsync(() => _isEnding |= _state.Press(key), stop).ConfigureAwait(false);
    }

    /// <summary>Draws at least once a second: a terminal may change its size without a signal.</summary>
    private async Task TickAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            await _changes.Writer.WriteAsync(static () => { }, stop).ConfigureAwait(false);
    }
}

/// <summary>
/// Follows the signals that concern the screen: another size, and the end of a stop. Ctrl-Z has no effect while the table is shown, because
/// a stopped host reads no device. Owned by <see cref="LiveTable"/>; the handlers run on
/// threads of the runtime. Windows has none of them.
/// </summary>
internal sealed class TerminalSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <param name="screen">The screen.</param>
    /// <param name="draw">Asks for a draw; never blocks.</param>
    public TerminalSignals(Screen screen, Action draw)
    {
        if (OperatingSystem.IsWindows()) return;
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => draw()));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTSTP, context => context.Cancel = true));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ =>
        {
            screen.Invalidate();
            draw();
        }));
    }

    public void Dispose() => _registrations.ForEach(r => r.Dispose());
}
