using PlantRuntime.Compiler.Protocol;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Sites;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>
/// Compiles recipes in a child process that is started when the first one is not in the cache, stays warm while edits come, and leaves by
/// itself. One compilation at a time; safe to call from several threads.
/// </summary>
/// <param name="cacheFolder">Where compiled recipes are kept.</param>
/// <param name="time">The clock.</param>
/// <param name="compiler">plant-compiler.dll; the host's own when not given.</param>
internal sealed class RecipeCompiler(string cacheFolder, TimeProvider time, string? compiler = null) : IAsyncDisposable
{
    private const int Tries = 3;
    private readonly string _compiler = compiler ?? CompilerLocation.Default;
    private readonly string _host = typeof(RecipeCompiler).Assembly.Location;
    private readonly string[] _references = [typeof(Tag).Assembly.Location, typeof(ScanFlow).Assembly.Location];
    private readonly RecipeCache _cache = new(cacheFolder, time);
    private readonly SemaphoreSlim _one = new(1, 1);
    private CompilerProcess? _child;
    private bool _isDisposed;

    /// <summary>Process id of the compiler, or null while none is needed.</summary>
    public int? ChildId => _child is { IsAlive: true } child ? child.Id : null;

    /// <summary>
    /// Changes exactly when a recipe must be compiled anew: with its text, what it loads, the devices and sinks that it names, and the tools.
    /// </summary>
    /// <exception cref="IOException">The recipe cannot be read.</exception>
    public SourceSnapshot Snapshot(RecipeSource source) => SourceSnapshot.Take(source, [.. _references, .. source.References, _compiler, _host]);

    /// <summary>Compiles a recipe, or finds it compiled. What goes wrong on the way is a problem of the result, too.</summary>
    /// <exception cref="IOException">The recipe cannot be read, or the cache cannot be written.</exception>
    public async Task<CompiledRecipe> CompileAsync(RecipeSource source, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            for (var i = 1; ; i++)
            {
                var snapshot = Snapshot(source);
                if (_cache.Find(snapshot.Key) is { } known) return Result(known, snapshot);
                var output = _cache.NewOutput();
                var (reply, failure) = await AskAsync(Request(source, output), cancel).ConfigureAwait(false);
                if (reply is null) return Failed(source, output, failure);
                if (reply.Assembly is null) return Result(reply, snapshot);
                if (snapshot.Matches(reply.Files)) return Result(_cache.Add(snapshot.Key, reply), snapshot);

                // A file was saved while it was compiled: what came out belongs to no content that we know.
                RecipeCache.Discard(output);
                if (i == Tries) return Failed(source, output, "the file changes faster than it can be compiled");
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>What the scripts that a recipe loads declare, as C# for editors; null when the compiler could not tell.</summary>
    public async Task<string?> DeclarationsAsync(RecipeSource source, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return (await AskAsync(Request(source, output: null), cancel).ConfigureAwait(false)).Reply?.Declarations;
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        await EndChildAsync().ConfigureAwait(false);
    }

    private static CompiledRecipe Failed(RecipeSource source, string output, string reason)
    {
        RecipeCache.Discard(output);
        return CompiledRecipe.Failed([new Problem(new Position(source.File, 0, 0), reason)], []);
    }

    private static CompiledRecipe Result(CompileReply reply, SourceSnapshot snapshot)
    {
        Problem[] problems = [.. reply.Diagnostics.Where(d => d.IsError).Select(Problem)];
        Problem[] warnings = [.. reply.Diagnostics.Where(d => !d.IsError).Select(Problem)];
        if (problems.Length > 0) return CompiledRecipe.Failed(problems, warnings);
        return new CompiledRecipe(reply.Assembly, reply.Symbols, [], warnings) { Meaning = snapshot.Meaning };
    }

    private static Problem Problem(CompileDiagnostic d) => new(new Position(d.File, d.Line, d.Column), d.Message, d.Id);

    private CompileRequest Request(RecipeSource source, string? output) =>
        new(Id: 0, source.SiteFolder, source.File, source.ScriptFolders, source.Generated, [.. _references, .. source.References], source.Imports, output);

    /// <summary>Asks the child that runs, and a new one when that one was about to leave or has died.</summary>
    private async Task<(CompileReply? Reply, string Failure)> AskAsync(CompileRequest request, CancellationToken cancel)
    {
        using var patience = new CompilerPatience(() => _child?.Worked ?? TimeSpan.Zero, time, cancel);
        var complaint = "";
        try
        {
            for (var i = 0; i < 2; i++)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                if (_child is { IsAlive: false }) await EndChildAsync().ConfigureAwait(false);
                _child ??= CompilerProcess.Start(_compiler);
                var child = _child;
                if (await child.AskAsync(request, patience.Token).ConfigureAwait(false) is { } reply) return (reply, "");
                await EndChildAsync().ConfigureAwait(false);
                complaint = child.Complaint;
            }

            return (null, $"the compiler ended without an answer{(complaint.Length > 0 ? $": {complaint}" : "")}");
        }
        catch (OperationCanceledException) when (patience.Token.IsCancellationRequested)
        {
            // Its answer would come for a question that nobody asks any more.
            await EndChildAsync().ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            return (null, $"the compiler did not answer within {patience.Lasted.TotalSeconds:0} s and was stopped");
        }
        catch (IOException exception)
        {
            return (null, exception.Message);
        }
    }

    private async ValueTask EndChildAsync()
    {
        if (Interlocked.Exchange(ref _child, null) is { } child) await child.DisposeAsync().ConfigureAwait(false);
    }
}
