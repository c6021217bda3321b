using PlantRuntime.Compiler;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Sites;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>Compiles recipes, in a child process and only when the cache does not have them.</summary>
internal sealed class RecipeCompiler : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly string[] _references = [typeof(IPlugin).Assembly.Location, typeof(Scan).Assembly.Location];
    private readonly RecipeCache _cache;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1);
    private CompilerProcess? _process;

    /// <param name="cacheFolder">Where compiled recipes are kept.</param>
    /// <param name="time">The clock that bounds an answer.</param>
    public RecipeCompiler(string cacheFolder, TimeProvider time)
    {
        _time = time;
        _cache = new RecipeCache(cacheFolder, [.. _references, CompilerProcess.Program]);
    }

    /// <summary>How often the child process was asked: a cache that serves leaves it at zero.</summary>
    public int Compilations { get; private set; }

    /// <summary>Gives the recipe's assembly, or what is wrong with the recipe.</summary>
    public async Task<CompiledRecipe> CompileAsync(RecipeSource source, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var path = _cache.PathOf(source);
            if (RecipeCache.Has(path)) return new CompiledRecipe(path, []);
            var reply = await AskAsync(new CompileRequest(source.Path, source.SearchFolders, source.Generated, _references, [.. source.Imports], path), cancel).ConfigureAwait(false);
            Compilations++;
            if (!reply.Success) return new CompiledRecipe(null, [.. reply.Diagnostics.Select(d => ToProblem(d, source))]);
            _cache.Prune();
            return new CompiledRecipe(path, []);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or TimeoutException)
        {
            return new CompiledRecipe(null, [new Problem(new Position(source.File, 0, 0), $"it cannot be compiled: {exception.Message}")]);
        }
        finally
        {
            _turn.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        _process?.Dispose();
        _turn.Dispose();
        return default;
    }

    private async Task<CompileReply> AskAsync(CompileRequest request, CancellationToken cancel)
    {
        try
        {
            if (_process is not null) return await AskWithinAsync(_process, request, cancel).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It had left after its idle minute: a new one is started.
            _process?.Dispose();
        }

        _process = CompilerProcess.Start();
        return await AskWithinAsync(_process, request, cancel).ConfigureAwait(false);
    }

    private async Task<CompileReply> AskWithinAsync(CompilerProcess process, CompileRequest request, CancellationToken cancel)
    {
        try
        {
            return await process.AskAsync(request, cancel).WaitAsync(s_patience, _time, cancel).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not IOException)
        {
            // Whatever it says from now on answers an old question.
            process.Dispose();
            _process = null;
            throw exception is TimeoutException ? new TimeoutException($"the compiler did not answer within {s_patience.TotalSeconds:0} s", exception) : exception;
        }
    }

    private static Problem ToProblem(CompileDiagnostic diagnostic, RecipeSource source)
    {
        var relative = Path.GetRelativePath(source.SiteFolder, diagnostic.File).Replace('\\', '/');
        var file = diagnostic.File.Length == 0 ? source.File : relative.StartsWith("../", StringComparison.Ordinal) ? diagnostic.File : relative;
        return new Problem(new Position(file, diagnostic.Line, diagnostic.Column), diagnostic.Message, diagnostic.Id);
    }
}
