namespace Kestra.Ion.Tests;

public sealed class IonLimitTests
{
    [Fact]
    public void Reading_stops_at_the_depth() =>
        Should.Throw<IonException>(() => IonText.Read(new string('[', 100_000))).Message.ShouldContain("deeper than 200");

    [Fact]
    public void Reading_stops_at_the_depth_of_expressions_and_structs()
    {
        var options = new IonOptions { MaxDepth = 3 };

        IonText.Read("[({a:1})]", options);
        Should.Throw<IonException>(() => IonText.Read("[({a:[]})]", options));
    }

    [Fact]
    public void Reading_stops_at_the_size_of_one_value()
    {
        var options = new IonOptions { MaxValueSize = 10 };
        using var small = new StringReader("12345\n12345\n12345\n12345\n");

        IonText.ReadAll(small, options).Count().ShouldBe(4);
        Should.Throw<IonException>(() => IonText.Read("\"12345678901\"", options)).Message.ShouldContain("longer than 10 characters");
    }

    [Fact]
    public void Reading_stops_at_many_digits() =>
        Should.Throw<IonException>(() => IonText.Read(new string('9', 10_001))).Message.ShouldContain("10000 digits");

    [Fact]
    public void Reading_stops_at_many_annotations() =>
        Should.Throw<IonException>(() => IonText.Read(string.Concat(Enumerable.Repeat("a::", 201)) + "1")).Message.ShouldContain("annotations");

    [Fact]
    public void Reading_stops_at_many_symbols()
    {
        var options = new IonOptions { MaxSymbols = 10 };

        Should.Throw<IonException>(() => IonText.Read("$ion_symbol_table::{symbols:[\"a\",\"b\"]} 1", options)).Message.ShouldContain("10 names");
        Should.Throw<IonException>(() => IonText.Read("$ion_symbol_table::{imports:[{name:\"x\",max_id:1000000000000}]} 1", options));
    }

    [Fact]
    public void Writing_stops_at_the_depth()
    {
        object? value = 1;
        for (var i = 0; i < 201; i++)
        {
            value = new List<object?> { value };
        }

        Should.Throw<IonException>(() => IonText.Write(value)).Message.ShouldContain("deeper than 200");
    }

    [Fact]
    public void Writing_stops_at_the_size() =>
        Should.Throw<IonException>(() => IonText.Write("12345678901", new IonOptions { MaxValueSize = 10 })).Message.ShouldContain("longer than 10");

    [Fact]
    public void Writing_refuses_a_type_that_is_no_value() =>
        Should.Throw<IonException>(() => IonText.Write(new Version(1, 0))).Message.ShouldContain("Version");

    [Fact]
    public void Writing_refuses_years_that_timestamps_lack() =>
        Should.Throw<IonException>(() => IonText.Write(new NodaTime.LocalDate(-5, 1, 1))).Message.ShouldContain("-5");
}
