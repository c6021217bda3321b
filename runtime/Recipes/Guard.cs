using System.Runtime.CompilerServices;

namespace PlantRuntime.Recipes;

/// <summary>
/// Stops a recipe that does not stop by itself. The compiler puts a call of <see cref="Check"/> at the head of every loop and function of
/// a recipe; once stopped, each of them throws, so that no catch block of the recipe holds out.
/// </summary>
/// <param name="memory">Bytes that the recipe may allocate from <see cref="Begin"/> to <see cref="End"/>.</param>
public sealed class Guard(long memory = long.MaxValue)
{
    /// <summary>Why a recipe is stopped whose calls go too deep.</summary>
    internal const string Nested = "its calls nest too deep: functions that call themselves, or sequences built on sequences, without end";

    private const string Elsewhere = "its code runs on another thread than its own: a recipe neither waits nor starts threads";

    // To ask for the bytes costs as much as the rest of a check.
    private const int ChecksALook = 4;
    private const int Depth = 1 << 20;
    private readonly object _gate = new();
    private volatile string? _reason;
    private Thread? _thread;
    private nint _top;
    private long _allocatedBefore;
    private long _allocated;
    private int _checks;
    private bool _isInside;
    private volatile bool _isWoken;

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
        var here = 0;

        // Its thread should have room for much more, for what the framework nests meets no check; but not everywhere there is.
        var isShallow = _thread is null || (nuint)(_top - AddressOf(ref here)) <= Depth;
        if (isShallow && RuntimeHelpers.TryEnsureSufficientExecutionStack()) return;
        Stop(_thread is null || Thread.CurrentThread == _thread ? Nested : Elsewhere);
        throw new RecipeStoppedException(_reason!);
    }

    /// <summary>Where a local variable lies.</summary>
    internal static nint AddressOf(ref int variable) => Unsafe.ByteOffset(ref Unsafe.NullRef<int>(), ref variable);

    /// <summary>Stops the recipe because of its memory.</summary>
    internal bool StopGreedy(string reason)
    {
        IsGreedy = true;
        return Stop(reason);
    }

    /// <summary>A call into the recipe begins on this thread.</summary>
    internal void Begin()
    {
        var here = 0;
        _thread = Thread.CurrentThread;
        _top = AddressOf(ref here);
        _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        lock (_gate) _isInside = true;
    }

    /// <summary>The call has ended: what the framework allocated for it after the last check counts too.</summary>
    /// <exception cref="RecipeStoppedException">The recipe was stopped, or has allocated too much.</exception>
    internal void End()
    {
        Leave();
        Volatile.Write(ref _allocated, GC.GetAllocatedBytesForCurrentThread());
        CheckMemory();
        if (_reason is { } reason) throw new RecipeStoppedException(reason);
    }

    /// <summary>
    /// From here the recipe's thread is in the host, or has ended: a wake-up that has not struck is spent, and none comes before
    /// <see cref="Return"/>. Never throws.
    /// </summary>
    internal void Leave()
    {
        while (true)
        {
            try
            {
                lock (_gate) _isInside = false;
                if (_isWoken) Thread.CurrentThread.Join(0);
                return;
            }
            catch (ThreadInterruptedException)
            {
                // Spent.
            }
        }
    }

    /// <summary>Back into the recipe, on the thread that left it.</summary>
    /// <exception cref="RecipeStoppedException">It was stopped.</exception>
    internal void Return()
    {
        if (Thread.CurrentThread != _thread) return;
        if (_reason is { } reason) throw new RecipeStoppedException(reason);
        lock (_gate) _isInside = true;
    }

    /// <summary>
    /// Ends a wait of .NET's own (sleep, lock, join, an unfinished task) in which the recipe is, or to which it comes, by a
    /// <see cref="ThreadInterruptedException"/>; not one of the host's, nor one of the system's. For a recipe that was stopped.
    /// </summary>
    internal void Wake()
    {
        lock (_gate)
        {
            if (!_isInside) return;
            _isWoken = true;
            _thread!.Interrupt();
        }
    }

    private void CheckMemory()
    {
        if (GC.GetAllocatedBytesForCurrentThread() - _allocatedBefore <= memory) return;
        StopGreedy($"it allocated more than {memory >> 20} MB at once");
        throw new RecipeStoppedException(_reason!);
    }
}
