using PlantRuntime.Contracts;
using PlantRuntime.Engine.RecipeHost.Run;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Engine.Tests.RecipeHost;

/// <summary>The watchdog interrupts a recipe that hangs, and never host code on the thread of the recipe.</summary>
public sealed class GuardedOutputsTests : IRecordOutput
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly ExecutionGuard _guard = new();
    private readonly SemaphoreSlim _isThere = new(0);
    private readonly SemaphoreSlim _mayGo = new(0);
    private bool _isTaken;

    bool IRecordOutput.IsBlocked => false;

    [Fact]
    public async Task A_wake_up_ends_a_wait_of_the_recipe()
    {
        var ended = Run(() =>
        {
            _isThere.Release();
            _mayGo.Wait();
        });
        await StopAsync();
        _guard.Interrupt();
        Assert.IsType<ThreadInterruptedException>(await ended.WaitAsync(s_patience));
    }

    [Fact]
    public async Task What_the_host_does_on_the_recipes_thread_is_done_to_its_end_and_then_the_recipe_is_stopped()
    {
        var output = new GuardedOutputs(_guard).Wrap(this);
        var ended = Run(() => output.Write(default, "line", "{}"u8));
        await StopAsync();
        _guard.Interrupt();
        Assert.False(ended.IsCompleted);
        _mayGo.Release();
        Assert.IsType<RecipeStoppedException>(await ended.WaitAsync(s_patience));
        Assert.True(_isTaken);
    }

    [Fact]
    public async Task A_wake_up_that_has_not_struck_is_spent_at_the_door()
    {
        var (output, isWoken) = (new GuardedOutputs(_guard).Wrap(this), false);
        var ended = Run(() =>
        {
            _isThere.Release();
            while (!Volatile.Read(ref isWoken)) ;
            output.Write(default, "line", "{}"u8);
        });
        await StopAsync();
        _guard.Interrupt();
        Volatile.Write(ref isWoken, true);
        _mayGo.Release();
        Assert.IsType<RecipeStoppedException>(await ended.WaitAsync(s_patience));
        Assert.True(_isTaken);
    }

    void IRecordOutput.WhenStored(Action done) => done();

    void IRecordOutput.Write(DateTime time, string device, ReadOnlySpan<Sample> samples)
    {
    }

    void IRecordOutput.Write(DateTime time, string device, ReadOnlySpan<byte> json)
    {
        _isThere.Release();
        _mayGo.Wait();
        _isTaken = true;
    }

    private async Task StopAsync()
    {
        Assert.True(await _isThere.WaitAsync(s_patience));
        _guard.Stop("enough");
    }

    /// <summary>Runs code of a recipe.</summary>
    /// <returns>The exception that it threw.</returns>
    private Task<Exception?> Run(Action code)
    {
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new RecipeThread("recipes/line.csx", _guard, Guarded, ended.SetResult);
        thread.Start();
        return ended.Task;

        void Guarded()
        {
            _guard.Begin();
            code();
            _guard.End();
        }
    }
}
