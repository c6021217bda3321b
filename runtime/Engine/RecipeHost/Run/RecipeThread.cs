using System.Runtime.InteropServices;
using PlantRuntime.Recipes;

namespace PlantRuntime.Engine.RecipeHost.Run;

/// <summary>
/// Runs recipe code on a thread of its own, which is abandoned at low priority when the code does not return: a wait of .NET can be
/// interrupted, a system call or a computation inside the framework cannot. Created by RecipeRunner, RecipeLoader and the test runner for
/// each run of code; the public members may be called by any thread.
/// </summary>
/// <param name="recipe">File of the recipe.</param>
/// <param name="guard">Stops the code and interrupts its waits.</param>
/// <param name="code">The code to run.</param>
/// <param name="ended">Called at the end, on the same thread and never interrupted, with the exception or null.</param>
internal sealed class RecipeThread(string recipe, ExecutionGuard guard, Action code, Action<Exception?> ended)
{
    // 4 interrupts at 250 ms: one second until the thread is abandoned.
    private const int Interrupts = 4;

    // 2 MiB of stack: more than any recipe needs without a runaway recursion.
    private const int Deep = 2 << 20;

    // 16 MiB of stack: the largest whose trace is read.
    private const int Readable = 16 << 20;

    // Nice 10 leaves the thread about a tenth of a busy processor. With less, a garbage collection, which waits until every thread is
    // suspended, would delay the whole process.
    private const int NiceAbandoned = 10;
    private static readonly TimeSpan s_interruptEvery = TimeSpan.FromMilliseconds(250);
    private static readonly List<RecipeThread> s_abandoned = [];

    // Continuations run on the ending thread, so that the start of the next version waits for no pool thread.
    private readonly TaskCompletionSource _ended = new();
    private nint _top;
    private int _id;

    /// <summary>Completes on this thread when it runs no more code of the recipe. A continuation runs there and must yield soon.</summary>
    public Task Ended => _ended.Task;

    /// <summary>True when it has used more than 2 MiB of its stack, which only a runaway recursion does.</summary>
    public bool WasDeep => LargeStackThread.HasUsed(_top, Deep);

    /// <summary>Counts the threads of a recipe that were abandoned and still run.</summary>
    public static int CountAbandoned(string recipe)
    {
        lock (s_abandoned)
        {
            s_abandoned.RemoveAll(t => t.Ended.IsCompleted);
            return s_abandoned.Count(t => t.Recipe == recipe);
        }
    }

    private string Recipe => recipe;

    public void Start() => LargeStackThread.Start($"recipe {recipe}", Run);

    /// <summary>Waits a second for the end of a thread that was stopped, and abandons it when it does not end.</summary>
    /// <returns>Null when it ended; otherwise the continuation of the reason for a log line.</returns>
    public async Task<string?> EndsAsync(TimeProvider time)
    {
        for (var i = 0; i < Interrupts && !Ended.IsCompleted; i++)
        {
            guard.Interrupt();
            await Task.WhenAny(Ended, Task.Delay(s_interruptEvery, time)).ConfigureAwait(false);
        }

        if (Ended.IsCompleted) return null;
        lock (s_abandoned) s_abandoned.Add(this);
        if (OperatingSystem.IsLinux()) SetPriority(which: 0, _id, NiceAbandoned);
        return $"and it keeps its thread {_id} from ending, which is left behind at low priority ({CountAbandoned(recipe)} of this recipe by now)";
    }

    private void Run()
    {
        var here = 0;
        _top = ExecutionGuard.AddressOf(ref here);
        if (OperatingSystem.IsLinux()) _id = ThreadId();
        Exception? failure = null;
        try
        {
            code();
        }
        catch (Exception exception)
        {
            // The trace of a deep recursion is not read: a million calls would take seconds.
            failure = !LargeStackThread.HasUsed(_top, Readable) ? exception
                : exception is OutOfMemoryException ? new OutOfMemoryException()
                : new RecipeStoppedException(FaultQuota.Describe(exception));
        }

        guard.EnterHost();
        ended(failure);
        _ended.SetResult();
    }

    [DllImport("libc", EntryPoint = "gettid")]
    private static extern int ThreadId();

    [DllImport("libc", EntryPoint = "setpriority")]
    private static extern int SetPriority(int which, int who, int nice);
}
