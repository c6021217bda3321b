using PlantRuntime.Recipes;

namespace PlantRuntime.Compiler.Tests;

/// <summary>The guard stops recipes that never end and states the reason.</summary>
public sealed class RunawayTests
{
    [Theory]
    [InlineData("while (true) { }")]
    [InlineData("while (true);")]
    [InlineData("for (;;);")]
    [InlineData("for (var i = 0; ; i++) Out.Write = Out.Write;")]
    [InlineData("var n = 0; do n++; while (true);")]
    [InlineData("do { } while (true);")]
    [InlineData("int F() { again: goto again; } F();")]
    [InlineData("void F(int x) { switch (x) { case 1: goto case 2; case 2: goto default; default: goto case 1; } } F(1);")]
    [InlineData("IEnumerable<int> Ever() { while (true) yield return 1; } Ever().Count();")]
    [InlineData("IEnumerable<int> Ever() { for (;;) yield return 1; } foreach (var x in Ever()) ;")]
    [InlineData("IEnumerable<(int, int)> Ever() { for (;;) yield return (1, 2); } foreach (var (x, y) in Ever()) ;")]
    [InlineData("foreach (var x in Enumerable.InfiniteSequence(0, 1)) foreach (var y in new int[0]) { }")]
    [InlineData("_ = Enumerable.InfiniteSequence(0, 1).Where(x => x < 0).First();")]
    [InlineData("_ = Enumerable.InfiniteSequence(0, 1).Any(delegate(int x) { return x < 0; });")]
    [InlineData("_ = (from x in Enumerable.InfiniteSequence(0, 1) where x < 0 select x).First();")]
    [InlineData("_ = (from x in Enumerable.InfiniteSequence(0, 1) let y = x + 1 join z in new[] { -1 } on y equals z select z).First();")]
    [InlineData("_ = (from x in Enumerable.InfiniteSequence(0, 1) group x by x % 3 into g orderby g.Key + 1 select g.Count()).First();")]
    [InlineData("while (true) try { } catch { }")]
    [InlineData("for (;;) { try { for (;;) { } } catch { } }")]
    [InlineData("while (true) { try { throw new Exception(); } catch (Exception) { continue; } finally { } }")]
    [InlineData("try { } finally { while (true) { } }")]
    [InlineData("Func<int, int> f = null!; f = x => x switch { > 0 => f(-x), _ => f(1 - x) }; f(1);")]
    [InlineData("Action a = () => { Action b = () => { while (true) { } }; b(); }; a();")]
    public void A_loop_is_stopped(string text)
    {
        using var fixture = new CompilerFixture();
        var (_, thrown) = fixture.Run(text, checks: 2_000);
        Assert.Equal("enough", Assert.IsType<RecipeStoppedException>(thrown).Message);
    }

    [Theory]
    [InlineData("int F(int x) => F(x + 1) + 1; F(0);")]
    [InlineData("int F(int x) { return G(x) + 1; } int G(int x) { return F(x) + 1; } F(0);")]
    [InlineData("void F() { void Inner() => F(); Inner(); } F();")]
    [InlineData("Func<int, int> f = null!; f = x => f(x) + 1; f(0);")]
    [InlineData("Action f = null!; f = () => f(); f();")]
    [InlineData("Action f = null!; f = delegate { f(); }; f();")]
    [InlineData("class A { public int X => X + 1; } _ = new A().X;")]
    [InlineData("class A { public int this[int i] => this[i + 1] + 1; } _ = new A()[0];")]
    [InlineData("class A { public int X { get => X + 1; set { X = value + 1; } } } new A().X = 1;")]
    [InlineData("class A { public A() => _ = new A(); } new A();")]
    [InlineData("class A { A a = new A(); } new A();")]
    [InlineData("class A { B b { get; } = new(); } class B { List<A> a = [new A()]; } new A();")]
    [InlineData("class A { A[] a = { new A() }; } new A();")]
    [InlineData("class A { public A(A a) { } public A() : this(new A()) { } } new A();")]
    [InlineData("class B(A a); class A() : B(new A()); new A();")]
    [InlineData("record A(int X) { public static A operator +(A a, int b) => a + (b + 1); } _ = new A(1) + 1;")]
    [InlineData("record A(int X) { public static implicit operator int(A a) => a + 1; } int x = new A(1);")]
    [InlineData("record A(int X) { public A? Next { get; set; } } var a = new A(1); a.Next = a; a.GetHashCode();")]
    [InlineData("sealed record A(object? Next); var a = new A(null); for (var i = 0; i < 100_000; i++) a = new A(a); a.GetHashCode();")]
    [InlineData("record B(int X); record A<T>(int X, T? Next) : B(X); object? a = null; for (var i = 0; i < 100_000; i++) a = new A<object>(1, a); a!.GetHashCode();")]
    [InlineData("IEnumerable<int> F() { foreach (var x in F()) yield return x; } F().Count();")]
    [InlineData("void F() { try { F(); } catch { F(); } } F();")]
    [InlineData("async System.Threading.Tasks.Task F() => await F(); if (F().Exception is { } e) throw e;")]
    public void A_recursion_is_stopped_before_the_stack_ends(string text)
    {
        // Where the runtime turns the last call of a function into a jump the stack does not grow: then it is a loop like any other.
        using var fixture = new CompilerFixture();
        var (_, thrown) = fixture.Run(text, checks: 1_000_000);
        var stop = thrown is AggregateException many ? many.GetBaseException() : thrown;
        Assert.IsType<RecipeStoppedException>(stop);
    }

    [Theory]
    [InlineData("var all = new List<object>(); while (true) all.Add(new byte[1000]);")]
    [InlineData("var all = new List<int>(); foreach (var x in Enumerable.InfiniteSequence(0, 1)) all.Add(x);")]
    [InlineData("var all = Enumerable.InfiniteSequence(0, 1).Select(x => new byte[1000]).ToList();")]
    [InlineData("var all = \"x\"; for (;;) all += all;")]
    [InlineData("byte[] last; while (true) try { last = new byte[100_000]; } catch (Exception) { }")]
    [InlineData("var a = new byte[2_000_000_000];")]
    [InlineData("var a = new int[100_000, 1000];")]
    [InlineData("_ = new string('x', 100_000_000);")]
    [InlineData("_ = Enumerable.Repeat(1L, 30_000_000).ToArray();")]
    public void A_flood_of_memory_is_stopped(string text)
    {
        using var fixture = new CompilerFixture();
        var (_, thrown) = fixture.Run(text);
        Assert.Equal("it allocated more than 64 MB at once", Assert.IsType<RecipeStoppedException>(thrown).Message);
    }
}
