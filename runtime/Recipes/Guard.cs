using System.Runtime.CompilerServices;

namespace PlantRuntime.Recipes;

/// <summary>
/// Stops a recipe that does not stop by itself. The compiler puts a call of <see cref="Check"/> at the head of every loop and function of
/// a recipe; once stopped, each of them throws, so that no catch block of the recipe holds out.
/// </summary>
public sealed class Guard
{
    private volatile string? _reason;

    /// <summary>Why the recipe was stopped, or null while it may run.</summary>
    public string? Reason => _reason;

    /// <summary>Makes every further <see cref="Check"/> throw. The first reason stays.</summary>
    public void Stop(string reason) => Interlocked.CompareExchange(ref _reason, reason, null);

    /// <summary>Returns at once while the recipe may run.</summary>
    /// <exception cref="RecipeStoppedException">The recipe was stopped, or calls itself too deeply.</exception>
    public void Check()
    {
        if (_reason is { } reason) throw new RecipeStoppedException(reason);
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack()) return;
        Stop("its functions call themselves without end");
        throw new RecipeStoppedException(_reason!);
    }
}
