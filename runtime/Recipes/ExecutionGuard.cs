using System.Runtime.CompilerServices;

namespace PlantRuntime.Recipes;

/// <summary>
/// Stops a recipe that does not return. The host creates one for each version of a recipe, and the compiler inserts a call of
/// <see cref="Check"/> into every loop and function. After <see cref="Stop"/> each call throws, so that no catch block of the recipe can
/// continue. <see cref="Check"/> runs on the recipe's thread; <see cref="Stop"/> and <see cref="Interrupt"/> can be called from any thread.
/// </summary>
/// <param name="memory">Bytes that the recipe may allocate from <see cref="Begin"/> to <see cref="End"/>.</param>
public sealed class ExecutionGuard(long memory = long.MaxValue)
{
    /// <summary>Reason for a recipe whose calls nest too deeply.</summary>
    internal const string Nested = "its calls nest too deep: functions that call themselves, or sequences built on sequences, without end";

    private const string Elsewhere = "its code runs on another thread than its own: a recipe must not wait or start threads";

    // Reading the allocated bytes costs as much as the rest of a check.
    private const int ChecksPerMemoryCheck = 4;

    // Bytes of stack that a call into the recipe may use.
    private const int Depth = 1 << 20;
    private readonly object _gate = new();
    private volatile string? _reason;
    private Thread? _thread;
    private nint _top;
    private long _allocatedBefore;
    private long _allocated;
    private int _checks;
    private bool _isInside;
    private volatile bool _isInterrupted;

    /// <summary>Reason why the recipe was stopped, or null while it can run.</summary>
    public string? Reason => _reason;

    /// <summary>True if it was stopped because of its memory; the host then releases its state.</summary>
    public bool IsOverMemory { get; private set; }

    /// <summary>Bytes that the recipe's thread had allocated, since it started, at the last <see cref="End"/>.</summary>
    public long Allocated => Volatile.Read(ref _allocated);

    /// <summary>Makes every further <see cref="Check"/> throw. The first reason is kept.</summary>
    /// <returns>False if it was already stopped.</returns>
    public bool Stop(string reason) => Interlocked.CompareExchange(ref _reason, reason, null) is null;

    /// <summary>Returns immediately while the recipe can run.</summary>
    /// <exception cref="RecipeStoppedException">The recipe was stopped, calls itself too deeply, or allocates too much.</exception>
    public void Check()
    {
        if (_reason is { } reason) throw new RecipeStoppedException(reason);
        if (++_checks % ChecksPerMemoryCheck == 0 && Thread.CurrentThread == _thread) CheckMemory();
        var here = 0;

        // The thread normally has a much larger stack, because nested code of the framework contains no checks.
        var isShallow = _thread is null || (nuint)(_top - AddressOf(ref here)) <= Depth;
        if (isShallow && RuntimeHelpers.TryEnsureSufficientExecutionStack()) return;
        Stop(_thread is null || Thread.CurrentThread == _thread ? Nested : Elsewhere);
        throw new RecipeStoppedException(_reason!);
    }

    /// <summary>Returns the address of a local variable.</summary>
    internal static nint AddressOf(ref int variable) => Unsafe.ByteOffset(ref Unsafe.NullRef<int>(), ref variable);

    /// <summary>Stops the recipe because of its memory.</summary>
    internal bool StopOverMemory(string reason)
    {
        IsOverMemory = true;
        return Stop(reason);
    }

    /// <summary>Marks the start of a call into the recipe on the current thread.</summary>
    internal void Begin()
    {
        var here = 0;
        _thread = Thread.CurrentThread;
        _top = AddressOf(ref here);
        _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        lock (_gate) _isInside = true;
    }

    /// <summary>Marks the end of the call. Includes the allocations of the framework after the last check.</summary>
    /// <exception cref="RecipeStoppedException">The recipe was stopped, or has allocated too much.</exception>
    internal void End()
    {
        EnterHost();
        Volatile.Write(ref _allocated, GC.GetAllocatedBytesForCurrentThread());
        CheckMemory();
        if (_reason is { } reason) throw new RecipeStoppedException(reason);
    }

    /// <summary>
    /// Marks that the recipe's thread runs code of the host, or has ended its call. Consumes a pending interrupt; no interrupt follows
    /// before <see cref="ExitHost"/>. Never throws.
    /// </summary>
    internal void EnterHost()
    {
        while (true)
        {
            try
            {
                lock (_gate) _isInside = false;
                if (_isInterrupted) Thread.CurrentThread.Join(0);
                return;
            }
            catch (ThreadInterruptedException)
            {
                // Consumed.
            }
        }
    }

    /// <summary>Marks the return into the recipe, on the same thread.</summary>
    /// <exception cref="RecipeStoppedException">It was stopped.</exception>
    internal void ExitHost()
    {
        if (Thread.CurrentThread != _thread) return;
        if (_reason is { } reason) throw new RecipeStoppedException(reason);
        lock (_gate) _isInside = true;
    }

    /// <summary>
    /// Interrupts the current or next wait of the recipe in .NET (sleep, lock, join, an unfinished task) with a
    /// <see cref="ThreadInterruptedException"/>. Does not interrupt code of the host or a blocking system call. Called after <see
    /// cref="Stop"/>.
    /// </summary>
    internal void Interrupt()
    {
        lock (_gate)
        {
            if (!_isInside) return;
            _isInterrupted = true;
            _thread!.Interrupt();
        }
    }

    private void CheckMemory()
    {
        if (GC.GetAllocatedBytesForCurrentThread() - _allocatedBefore <= memory) return;
        StopOverMemory($"it allocated more than {memory >> 20} MB at once");
        throw new RecipeStoppedException(_reason!);
    }
}

/// <summary>Thrown in a recipe that the host has stopped, by <see cref="ExecutionGuard"/> on the recipe's thread.</summary>
/// <param name="reason">The reason.</param>
/// <param name="inner">The causing exception, if any.</param>
public sealed class RecipeStoppedException(string reason, Exception? inner = null) : Exception(reason, inner);
