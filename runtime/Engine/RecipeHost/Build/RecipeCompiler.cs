using PlantRuntime.Contracts;
using PlantRuntime.Recipes;
using PlantRuntime.Sites;

namespace PlantRuntime.Engine.RecipeHost.Build;

/// <summary>
/// Compiles recipes in a child process, which is started for the first recipe that is not in the cache, waits for further ones for a
/// while, and ends by itself. Owned by SiteHost, a command or the test runner. Any thread may call it; compilations run one at a time,
/// and the others wait.
/// </summary>
/// <param name="cacheFolder">Folder of the compiled recipes.</param>
/// <param name="time">The clock.</param>
/// <param name="compiler">Path of plant-compiler.dll; the host's own when not given.</param>
/// <param name="freeMemory">Returns the bytes that a new process can get; reads those of the system when not given.</param>
internal sealed class RecipeCompiler(string cacheFolder, TimeProvider time, string? compiler = null, Func<long>? freeMemory = null)
    : IAsyncDisposable
{
    /// <summary>Memory that the child needs to start and to compile one recipe.</summary>
    public const long NeededMemory = 160L << 20;

    /// <summary>Memory that a child that has compiled before needs for another recipe.</summary>
    public const long NeededMemoryWhenWarm = 48L << 20;

    // Largest number of compilations of a file that is saved again during each of them.
    private const int Tries = 3;
    private readonly string _compiler = compiler ?? CompilerLocation.Default;
    private readonly string _host = typeof(RecipeCompiler).Assembly.Location;
    private readonly string[] _references = [typeof(Tag).Assembly.Location, typeof(ScanFlow).Assembly.Location];
    private readonly RecipeCache _cache = new(cacheFolder, time);
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Func<long> _freeMemory = freeMemory ?? FreeMemory.Read;
    private CompilerProcess? _child;
    private bool _isDisposed;

    /// <summary>Process id of the child; null while there is none.</summary>
    public int? ChildId => _child is { IsAlive: true } child ? child.Id : null;

    /// <summary>
    /// Reads the content that decides whether a recipe must be compiled again: its text, the scripts that it loads, the devices and sinks
    /// that it names, and the tools.
    /// </summary>
    /// <exception cref="IOException">The recipe cannot be read.</exception>
    public SourceSnapshot Snapshot(RecipeSource source) =>
        SourceSnapshot.Read(source, [.. _references, .. source.References, _compiler, _host]);

    /// <summary>Compiles a recipe, or finds it in the cache. A failure of the compiler is a problem of the result.</summary>
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
                if (WhyShortOfMemory() is { } shortage) return Temporary(source, shortage);
                var output = _cache.NewOutput();
                var (reply, failure, isTemporary) = await CompileAsync(source, snapshot.Generated, output, cancel).ConfigureAwait(false);
                if (reply is null) return Failed(source, output, failure) with { IsTemporary = isTemporary };
                if (reply.Assembly is null) return Result(reply, snapshot);
                if (snapshot.Matches(reply.Files)) return Result(_cache.Add(snapshot.Key, reply), snapshot);

                // A file was saved while it was compiled, so that the output belongs to no known content.
                RecipeCache.Discard(output);
                if (i == Tries) return Failed(source, output, "the file changes faster than it can be compiled");
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Returns the declarations of the scripts that a recipe loads, as C# for editors; null when the compiler failed.</summary>
    public async Task<string?> DeclarationsAsync(RecipeSource source, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (WhyShortOfMemory() is not null) return null;
            var request = Request(source, source.Generated(null), output: null);
            return (await AskAsync(request, cancel).ConfigureAwait(false)).Reply?.Declarations;
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

    /// <summary>
    /// Returns why no compilation is started now; null if one may be. With too little memory a compilation would make the system swap, or
    /// kill the host.
    /// </summary>
    private string? WhyShortOfMemory()
    {
        var (free, needed) = (_freeMemory(), ChildId is null ? NeededMemory : NeededMemoryWhenWarm);
        return free >= needed ? null
            : $"it is not compiled while memory is short: the compiler needs {needed >> 20} MB, and {Math.Max(0, free) >> 20} MB are free";
    }

    private static CompiledRecipe Temporary(RecipeSource source, string reason) =>
        CompiledRecipe.Failed([new Problem(new SourceLocation(source.File, 0, 0), reason)], []) with { IsTemporary = true };

    private static CompiledRecipe Failed(RecipeSource source, string output, string reason)
    {
        RecipeCache.Discard(output);
        return CompiledRecipe.Failed([new Problem(new SourceLocation(source.File, 0, 0), reason)], []);
    }

    private static CompiledRecipe Result(CompilerReply reply, SourceSnapshot snapshot)
    {
        Problem[] problems = [.. reply.Diagnostics.Where(d => d.IsError).Select(Problem)];
        Problem[] warnings = [.. reply.Diagnostics.Where(d => !d.IsError).Select(Problem)];
        if (problems.Length > 0) return CompiledRecipe.Failed(problems, warnings);
        return new CompiledRecipe(reply.Assembly, reply.Symbols, [], warnings) { Meaning = snapshot.Meaning };
    }

    private static Problem Problem(CompilerDiagnostic d) => new(new SourceLocation(d.File, d.Line, d.Column), d.Message, d.Id);

    /// <summary>
    /// Compiles with the names that the recipe uses. With errors it compiles once more with all names, which the messages list.
    /// </summary>
    private async Task<(CompilerReply? Reply, string Failure, bool IsTemporary)> CompileAsync(
        RecipeSource source, string generated, string output, CancellationToken cancel)
    {
        var answer = await AskAsync(Request(source, generated, output), cancel).ConfigureAwait(false);
        if (answer.Reply is not { Assembly: null } || source.Generated(null) is not { } all || all == generated) return answer;
        return await AskAsync(Request(source, all, output), cancel).ConfigureAwait(false);
    }

    private CompilerRequest Request(RecipeSource source, string generated, string? output) =>
        new(Id: 0, source.SiteFolder, source.File, source.ScriptFolders, generated, [.. _references, .. source.References],
            source.Imports, output);

    /// <summary>Asks the child that runs, and once more a new one if that child ended without a reply.</summary>
    private async Task<(CompilerReply? Reply, string Failure, bool IsTemporary)> AskAsync(CompilerRequest request, CancellationToken cancel)
    {
        using var timeout = new CompilerTimeout(() => _child?.ProcessorTime ?? TimeSpan.Zero, time, cancel);
        var errors = "";
        try
        {
            for (var i = 0; i < 2; i++)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                if (_child is { IsAlive: false }) await EndChildAsync().ConfigureAwait(false);
                _child ??= CompilerProcess.Start(_compiler);
                var child = _child;
                if (await child.AskAsync(request, timeout.Token).ConfigureAwait(false) is { } reply) return (reply, "", false);
                await EndChildAsync().ConfigureAwait(false);
                errors = child.Errors;
            }

            return (null, $"the compiler ended without an answer{(errors.Length > 0 ? $": {errors}" : "")}", false);
        }
        catch (OperationCanceledException) when (timeout.Token.IsCancellationRequested)
        {
            // The child is ended, so that its late reply is not read as the reply to the next request.
            await EndChildAsync().ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            return (null, $"the compiler did not answer within {timeout.Elapsed.TotalSeconds:0} s and was stopped", false);
        }
        catch (IOException exception)
        {
            return (null, exception.Message, true);
        }
    }

    private async ValueTask EndChildAsync()
    {
        if (Interlocked.Exchange(ref _child, null) is { } child) await child.DisposeAsync().ConfigureAwait(false);
    }
}
