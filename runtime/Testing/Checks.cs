using System.Runtime.CompilerServices;

namespace PlantRuntime.Testing;

/// <summary>Checks that a test calls without a type name. Pure.</summary>
public static class Checks
{
    /// <summary>Fails the test if a condition is false.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="words">Text of the expression, set by the compiler.</param>
    /// <exception cref="TestFailedException">The condition is false.</exception>
    public static void Check(bool condition, [CallerArgumentExpression(nameof(condition))] string words = "")
    {
        if (!condition) throw new TestFailedException($"this is false: {words}");
    }

    /// <summary>Fails the test if two values differ.</summary>
    /// <param name="expected">The expected value.</param>
    /// <param name="actual">The actual value.</param>
    /// <param name="words">Text of the expression, set by the compiler.</param>
    /// <exception cref="TestFailedException">The values differ.</exception>
    public static void Equal<T>(T expected, T actual, [CallerArgumentExpression(nameof(actual))] string words = "")
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new TestFailedException(FormattableString.Invariant($"{words}: expected {expected}, found {actual}"));
    }
}

/// <summary>Thrown when a test fails.</summary>
/// <param name="message">One line with the failure; further lines with details.</param>
public sealed class TestFailedException(string message) : Exception(message);
