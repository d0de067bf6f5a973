using System.Text;
using System.Text.Json;
using Kestra.Model.Json;
using Shouldly;
using Xunit;

namespace Kestra.Model.Tests;

/// <summary>What is read later is written as if it had been read.</summary>
public sealed class UnreadValueTests
{
    [Theory]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""  {"a" : 1, "b" : [1, 2.50, -0, -0.0, 1e3, 1E-7, 12345678901, 123456789012345678901234567890]}  """)]
    [InlineData("""{"a": {"a": {"a": null}}, "b": true, "c": false}""")]
    [InlineData("""{"text": "ü \u00fc \ud83d\ude00 \" \\ \/ \n \t \u0001 <>&' 日本"}""")]
    [InlineData("""{"n\u0061me": 1, "\"": 2, "": 3}""")]
    [InlineData("""{"twice": 1, "other": 2, "twice": 3}""")]
    [InlineData("""{"twice": 1, "tw\u0069ce": {"x": 1}}""")]
    [InlineData("""[{"same": 1}, {"same": 2}, [{"same": {"same": 3}}]]""")]
    [InlineData("""[1e400, -1e400]""")]
    [InlineData("""[0.1, 100.0, 1.0E10, 1.7976931348623157E308, 4.9E-324, 9223372036854775807, -9223372036854775808, 9223372036854775808]""")]
    [InlineData("\t\n\r [ ]")]
    [InlineData("\"text\"")]
    [InlineData("12")]
    [InlineData("null")]
    public void IsWrittenAsIfItHadBeenRead(string json)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);
        foreach (var profile in Enum.GetValues<JsonProfile>())
        {
            Text(ModelJson.ReadValueLater(utf8), profile).ShouldBe(Text(ModelJson.ReadValue(utf8), profile));
        }
    }

    [Fact]
    public void RandomValuesAreWrittenAsIfTheyHadBeenRead()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var json = new StringBuilder();
            Write(json, new Random(seed), depth: 0);
            var utf8 = Encoding.UTF8.GetBytes(json.ToString());
            Text(ModelJson.ReadValueLater(utf8), JsonProfile.Database).ShouldBe(Text(ModelJson.ReadValue(utf8), JsonProfile.Database), $"seed {seed}: {json}");
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"a\": 1} 2")]
    [InlineData("{\"a\": 1,}")]
    [InlineData("[1 2]")]
    [InlineData("{\"a\": 01}")]
    [InlineData("{a: 1}")]
    [InlineData("[\"\u0001\"]")]
    [InlineData("[/* comment */]")]
    [InlineData("{\"a\": \"\\x\"}")]
    public void WhatIsNoJsonIsRefusedAtOnceAndTheNextValueIsWhole(string text)
    {
        Should.Throw<JsonException>(() => ModelJson.ReadValueLater(Encoding.UTF8.GetBytes(text)));
        Text(ModelJson.ReadValueLater("""{"a": 1}"""u8), JsonProfile.Api).ShouldBe("""{"a":1}""");
    }

    [Fact]
    public void NestingIsLimited() => Should.Throw<JsonException>(() => ModelJson.ReadValueLater(Encoding.UTF8.GetBytes(new string('[', 600) + new string(']', 600))));

    [Fact]
    public void IsReadWhenSomebodyLooksIntoIt()
    {
        var map = ModelJson.ReadValueLater("""{"a": {"b": [1, "x"]}, "c": null}"""u8).ShouldBeAssignableTo<IReadOnlyDictionary<string, object?>>()!;
        map.Count.ShouldBe(2);
        map.Keys.ShouldBe(["a", "c"]);
        map.Values.Last().ShouldBeNull();
        map.ContainsKey("b").ShouldBeFalse();
        map.TryGetValue("c", out var none).ShouldBeTrue();
        none.ShouldBeNull();
        ((IReadOnlyDictionary<string, object?>)map["a"]!)["b"].ShouldBe(new List<object?> { 1, "x" });
        map.Select(static pair => pair.Key).ShouldBe(["a", "c"]);

        var list = ModelJson.ReadValueLater("""[1, {"a": 2}]"""u8).ShouldBeAssignableTo<IReadOnlyList<object?>>()!;
        list.Count.ShouldBe(2);
        list[0].ShouldBe(1);
        list.Select(static item => item is int).ShouldBe([true, false]);
    }

    private static string Text(object? value, JsonProfile profile) => Encoding.UTF8.GetString(ModelJson.SerializeValue(value, profile));

    private static void Write(StringBuilder json, Random random, int depth)
    {
        var kind = random.Next(depth > 4 ? 5 : 8);
        switch (kind)
        {
            case 0:
                json.Append(random.Next(2) == 0 ? "null" : "true");
                break;
            case 1:
                json.Append(random.NextInt64() >> random.Next(64));
                break;
            case 2:
                json.Append(System.Globalization.CultureInfo.InvariantCulture, $"{random.Next(-100, 100)}.{random.Next(1000)}e{random.Next(-330, 330)}");
                break;
            case 3 or 4:
                WriteText(json, random);
                break;
            case 5:
                json.Append('[').Append(' ', random.Next(3));
                WriteAll(json, random, () => Write(json, random, depth + 1));
                json.Append(']');
                break;
            default:
                json.Append('{');
                WriteAll(json, random, () =>
                {
                    WriteText(json, random);
                    json.Append(" : ");
                    Write(json, random, depth + 1);
                });
                json.Append('}').Append('\n', random.Next(2));
                break;
        }
    }

    private static void WriteAll(StringBuilder json, Random random, Action write)
    {
        for (var left = random.Next(6); left > 0; left--)
        {
            write();
            json.Append(left > 1 ? "," : "");
        }
    }

    private static void WriteText(StringBuilder json, Random random)
    {
        string[] parts = ["a", "b", "\\u0061", "\\n", "ü", "\\ud83d\\ude00", "😀", "/", "\\/", "<", "\\u0000", "€"];
        json.Append('"').AppendJoin("", Enumerable.Range(0, random.Next(3)).Select(_ => parts[random.Next(parts.Length)])).Append('"');
    }
}
