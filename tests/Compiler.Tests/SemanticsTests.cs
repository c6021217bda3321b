namespace PlantRuntime.Compiler.Tests;

/// <summary>Inserted checks do not change the meaning of C# in a recipe.</summary>
public sealed class SemanticsTests
{
    [Theory]
    [InlineData("var x = 1; x++; Out.Add(x);", "2")]
    [InlineData("for (var i = 0; i < 3; i++) Out.Add(i);", "0 1 2")]
    [InlineData("var i = 0; while (i < 3)Out.Add(i++); do Out.Add(i--); while (i > 1);", "0 1 2 3 2")]
    [InlineData("int F(bool b) { int x; do x = 1; while (b); while (true) if (!b) return x; } Out.Add(F(false));", "1")]
    [InlineData("foreach (var (a, b) in new[] { (1, 2), (3, 4) }) if (a > 1) Out.Add(b); else continue;", "4")]
    [InlineData("if (Site.Name == \"hall\") foreach (var c in \"ab\") Out.Add(c); else Out.Add(0);", "a b")]
    [InlineData("int F() { var n = 0; again: if (++n < 3) goto again; return n; } Out.Add(F());", "3")]
    [InlineData("string F(int x) { switch (x) { case 0: goto case 1; case 1: return \"one\"; default: goto case 0; } } Out.Add(F(7));",
        "one")]
    [InlineData("int Twice(int x) => 2 * x; void Say(int x) => Out.Add(x); Say(Twice(4));", "8")]
    [InlineData("Func<int, Func<int, int>> add = x => y => x + y; Out.Add(add(1)(2));", "3")]
    [InlineData("Action<int> a = x => Out.Add(x); a += delegate (int x) { Out.Add(-x); }; a(5);", "5 -5")]
    [InlineData("void Take(Action f) { f(); Out.Add(\"action\"); } int Take2(Func<int> f) => f(); var n = 0; Take(() => n++); Out.Add(Take2(() => n++) + n);", "action 3")]
    [InlineData("string Which(Action<int> f) => \"action\"; string Which(Func<int, int> f) => \"func\"; Out.Add(Which(x => x++)); Out.Add(Which(x => Out.Add(x)));", "func action")]
    [InlineData("Func<byte> b = () => 1; Func<long> l = () => 2; Func<object> o = () => null!; Out.Add(b() + l()); Out.Add(o() is null);",
        "3 True")]
    [InlineData("Func<string, int> f = s => throw new InvalidOperationException(s); try { f(\"no\"); } catch (InvalidOperationException e) { Out.Add(e.Message); }", "no")]
    [InlineData("string F(string s) { int x; try { x = int.Parse(s); } catch (FormatException) when (s != \"b\") { return \"format\"; } catch { return \"any\"; } finally { Out.Add(s); } return $\"{x}\"; } Out.Add(F(\"1\") + F(\"a\") + F(\"b\"));", "1 a b 1formatany")]
    [InlineData("System.Linq.Expressions.Expression<Func<int, int>> e = x => x + 1; Out.Add(e); Out.Add(e.Compile()(1));",
        "x => (x + 1) 2")]
    [InlineData("Out.Add(new[] { 3, 1, 2 }.AsQueryable().Where(x => x > 1).Expression.ToString().Contains(\"Block\"));", "False")]
    [InlineData("Out.Add(string.Join(',', from x in new[] { 3, 1, 2 } let y = x * 2 where y > 2 orderby y descending select $\"{x}:{y}\"));", "3:6,2:4")]
    [InlineData("Out.Add((from q in new[] { 1, 2, 3 }.AsQueryable() where q > 1 select q * 2).Sum());", "10")]
    [InlineData("var p = new { A = 1, B = new { C = \"c\" } }; Out.Add(p); Out.Add(p.B.C);", "{ A = 1, B = { C = c } } c")]
    [InlineData("record P(int A, int B) { public int Sum => A + B; public P Next { get { return this with { A = A + 1 }; } } } Out.Add(new P(1, 2).Next.Sum);", "4")]
    [InlineData("record B(int X);\nsealed record S { public int Y { get; init; } }\nrecord D<T>(int X, T Z) : B(X) where T : notnull; partial record Q; partial record Q { } readonly record struct R(int V);\nOut.Add(new B(1) == new B(1)); Out.Add(new S { Y = 2 } == new S { Y = 3 }); B d = new D<string>(1, \"z\"); Out.Add(d == new B(1)); Out.Add(d); Out.Add(new Q() == new Q()); Out.Add(new R(1) == new R(1));", "True False False D { X = 1, Z = z } True True")]
    [InlineData("struct V { public int X; public readonly int this[int i] => X + i; public static V operator +(V a, V b) => new() { X = a.X + b.X }; public static implicit operator V(int x) => new() { X = x }; } V v = 3; Out.Add((v + 4)[1]);", "8")]
    [InlineData("class A { static int s = 5; int x = s, y = new List<int> { 1, 2 }.Count; int[] z = [1]; public A(int d) : this() => x += d; public A() { } public override string ToString() => $\"{x}{y}{z.Length}\"; } Out.Add(new A(1));", "621")]
    [InlineData("class B { int v; public int V { get => v; set => v = value + 1; } } var b = new B { V = 1 }; Out.Add(b.V);", "2")]
    [InlineData("IEnumerable<int> Some() { for (var i = 0; i < 5; i++) { if (i == 3) yield break; yield return i; } } Out.Add(Some().Sum());", "3")]
    [InlineData("async System.Threading.Tasks.Task<int> F(int x) { await System.Threading.Tasks.Task.CompletedTask; return x; } Func<System.Threading.Tasks.Task> g = async () => await F(1); Out.Add(g().Status); Out.Add(F(2).IsCompletedSuccessfully);", "RanToCompletion True")]
    [InlineData("int[] a = [1, 2]; ref int Last() => ref a[^1]; Last() = 7; Out.Add(a[1]);", "7")]
    [InlineData("Out.Add($\"{new[] { 1, 2 }.Select(x => x + 1).Sum()} {30.Seconds} {1.5.Hours}\");", "5 00:00:30 01:30:00")]
    [InlineData("Out.Add(unchecked((byte)(255 + Plant.press.Host.Length)));", "7")]
    [InlineData("Value v = 1.5; Out.Add(v is { IsNumber: true, Number: > 1 } ? v.Kind : null);", "Float64")]
    [InlineData("using System.Text; var t = new StringBuilder(); lock (t) using (var r = new System.IO.StringReader(\"ab\")) while (r.Read() is >= 0 and var c) t.Append((char)c); Out.Add(t);", "ab")]
    public void A_guarded_recipe_means_what_it_says(string text, string expected)
    {
        using var fixture = new CompilerFixture();
        Assert.Equal((expected, (Exception?)null), fixture.Run(text));
    }

    [Fact]
    public void Pieces_are_loaded_once_from_beside_the_recipe_the_site_and_the_host()
    {
        using var fixture = new CompilerFixture();
        fixture.Write("recipes/near.csx", "#load \"site.csx\"\nvar near = site + 1;\nOut.Add(\"near\");");
        fixture.Write("scripts/site.csx", "var site = 1; Out.Add(\"site\"); int Plus(int x) => x + site;");
        fixture.Write(Path.Combine(fixture.Shared, "shared.csx"), "record Shared(int X);\n#if NEVER\n#load \"no.csx\"\n#endif");
        var text = "// A comment first.\n#load \"near.csx\"\n#load \"site.csx\"\n#load \"shared.csx\"\nOut.Add(Plus(near)); Out.Add(new Shared(1));";
        Assert.Equal(("site near 3 Shared { X = 1 }", (Exception?)null), fixture.Run(text));
    }
}
