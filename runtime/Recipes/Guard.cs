using System.Runtime.CompilerServices;

namespace PlantRuntime.Recipes;

/// <summary>
/// Stops a recipe that does not stop by itself. The compiler puts a call of <see cref="Check"/> at the head of every loop and function of
/// a recipe; once stopped, each of them throws, so that no catch block of the recipe holds out.
/// </summary>
/// <param name="memory">Bytes that the recipe may allocate from <see cref="Begin"/> to <see cref="End"/>.</param>
public sealed class Guard(long memory = long.MaxValue)
{
    // To ask for the bytes costs as much as the rest of a check.
    private const int ChecksALook = 4;
    private volatile string? _reason;
    private Thread? _thread;
    private long _allocatedBefore;
    private long _allocated;
    private int _checks;

    /// <summary>Why the recipe was stopped, or null while it may run.</summary>
    public string? Reason => _reason;

    /// <summary>True when it was stopped for its memory: what it holds is to be let go.</summary>
    public bool IsGreedy { get; private set; }

    /// <summary>Bytes that the recipe's thread had allocated at the last <see cref="End"/>, since it started.</summary>
    public long Allocated => Volatile.Read(ref _allocated);

    /// <summary>Makes every further <see cref="Check"/> throw. The first reason stays.</summary>
    /// <returns>False when it was stopped before.</returns>
    public bool Stop(string reason) => Interlocked.CompareExchange(ref _reason, reason, null) is null;

    /// <summary>Returns at once while the recipe may run.</summary>
    /// <exception cref="RecipeStoppedException">The recipe was stopped, calls itself too deeply, or allocates too much.</exception>
    public void Check()
    {
        if (_reason is { } reason) throw new RecipeStoppedException(reason);
        if (++_checks % ChecksALook == 0 && Thread.CurrentThread == _thread) CheckMemory();
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack()) return;
        Stop("its functions call themselves without end");
        throw new RecipeStoppedException(_reason!);
    }

    /// <summary>Stops the recipe because of its memory.</summary>
    internal bool StopGreedy(string reason)
    {
        IsGreedy = true;
        return Stop(reason);
    }

    /// <summary>A call into the recipe begins on this thread.</summary>
    internal void Begin()
    {
        _thread = Thread.CurrentThread;
        _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
    }

    /// <summary>The call has ended: what the framework allocated for it after the last check counts too.</summary>
    /// <exception cref="RecipeStoppedException">The recipe was stopped, or has allocated too much.</exception>
    internal void End()
    {
        Volatile.Write(ref _allocated, GC.GetAllocatedBytesForCurrentThread());
        CheckMemory();
        if (_reason is { } reason) throw new RecipeStoppedException(reason);
    }

    private void CheckMemory()
    {
        if (GC.GetAllocatedBytesForCurrentThread() - _allocatedBefore <= memory) return;
        StopGreedy($"it allocated more than {memory >> 20} MB at once");
        throw new RecipeStoppedException(_reason!);
    }
}
