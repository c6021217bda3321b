using System.Runtime.InteropServices;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>
/// A thread for recipe code, so that what does not come back can be left behind. It can be woken from a wait of .NET's own, but not from one
/// of the system's, nor out of a computation of the framework's.
/// </summary>
/// <param name="recipe">Whose code it is.</param>
/// <param name="guard">Stops and wakes it.</param>
/// <param name="code">What it runs.</param>
/// <param name="ended">Told on the same thread how that ended, and no longer woken; null when it came to its end.</param>
internal sealed class RecipeThread(string recipe, Guard guard, Action code, Action<Exception?> ended)
{
    private const int Wakes = 4;

    private const int Deep = 2 << 20;
    private const int Readable = 16 << 20;

    // It keeps a tenth of a processor: with less, the collector would wait for it when the machine is busy, and everything for the collector.
    private const int NiceLeftBehind = 10;
    private static readonly TimeSpan s_wakeEvery = TimeSpan.FromMilliseconds(250);
    private static readonly List<RecipeThread> s_left = [];

    // Its continuation runs on the ending thread: a version that takes over does not wait for yet another one to wake up.
    private readonly TaskCompletionSource _ended = new();
    private nint _top;
    private int _id;

    /// <summary>Completes when the thread runs nothing of the recipe any more, on that thread: be brief there, and yield.</summary>
    public Task Ended => _ended.Task;

    /// <summary>True when its calls have nested further than any recipe means to.</summary>
    public bool WasDeep => RecipeStack.HasUsed(_top, Deep);

    /// <summary>Threads of a recipe that were left behind and still run.</summary>
    public static int LeftBy(string recipe)
    {
        lock (s_left)
        {
            s_left.RemoveAll(t => t.Ended.IsCompleted);
            return s_left.Count(t => t.Recipe == recipe);
        }
    }

    private string Recipe => recipe;

    public void Start() => RecipeStack.Start($"recipe {recipe}", Run);

    /// <summary>Waits a second for the thread of a recipe that was stopped to end.</summary>
    /// <returns>Null, or what has become of it when it does not end: it is left behind.</returns>
    public async Task<string?> EndsAsync(TimeProvider time)
    {
        for (var i = 0; i < Wakes && !Ended.IsCompleted; i++)
        {
            guard.Wake();
            await Task.WhenAny(Ended, Task.Delay(s_wakeEvery, time)).ConfigureAwait(false);
        }

        if (Ended.IsCompleted) return null;
        lock (s_left) s_left.Add(this);
        if (OperatingSystem.IsLinux()) SetPriority(which: 0, _id, NiceLeftBehind);
        return $"and it keeps its thread {_id} from ending, which is left behind at low priority ({LeftBy(recipe)} of this recipe by now)";
    }

    private void Run()
    {
        var here = 0;
        _top = Guard.AddressOf(ref here);
        if (OperatingSystem.IsLinux()) _id = ThreadId();
        Exception? failure = null;
        try
        {
            code();
        }
        catch (Exception exception)
        {
            // With a line for each of perhaps a million calls: to read its trace would take seconds.
            failure = !RecipeStack.HasUsed(_top, Readable) ? exception
                : exception is OutOfMemoryException ? new OutOfMemoryException() : new RecipeStoppedException(VersionFaults.Words(exception));
        }

        guard.Leave();
        ended(failure);
        _ended.SetResult();
    }

    [DllImport("libc", EntryPoint = "gettid")]
    private static extern int ThreadId();

    [DllImport("libc", EntryPoint = "setpriority")]
    private static extern int SetPriority(int which, int who, int nice);
}
