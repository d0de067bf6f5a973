using Kestra.Model.Json;
using Shouldly;
using Xunit;

namespace Kestra.Model.Tests;

public sealed class MemberNameTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("with\\u0041escape\\n", "withAescape\n")]
    [InlineData("ümlaut", "ümlaut")]
    [InlineData("", "")]
    [InlineData("a-name-that-is-longer-than-those-which-are-kept-for-the-next-object-0123456789", "a-name-that-is-longer-than-those-which-are-kept-for-the-next-object-0123456789")]
    public void NamesAreReadAsTheyAreMeant(string written, string expected)
    {
        var map = ModelJson.ReadValue(System.Text.Encoding.UTF8.GetBytes($"{{\"{written}\": 1}}")).ShouldBeAssignableTo<IReadOnlyDictionary<string, object?>>()!;
        map.Keys.ShouldHaveSingleItem().ShouldBe(expected);
    }

    [Fact]
    public void NamesThatMeetInOnePlaceStayApart()
    {
        var names = Enumerable.Range(0, 5_000).Select(number => $"name{number}").ToList();
        var map = ModelJson.ReadValue(System.Text.Encoding.UTF8.GetBytes($"{{{string.Join(',', names.Select(name => $"\"{name}\": 1"))}}}")).ShouldBeAssignableTo<IReadOnlyDictionary<string, object?>>()!;
        map.Keys.ShouldBe(names);
    }

    [Fact]
    public void ObjectsOfAListShareTheirNames()
    {
        var list = ModelJson.ReadValue("""[{"shared": 1}, {"shared": 2}]"""u8).ShouldBeAssignableTo<IReadOnlyList<object?>>()!;
        var names = list.Select(static item => ((IReadOnlyDictionary<string, object?>)item!).Keys.Single()).ToList();
        names[1].ShouldBeSameAs(names[0]);
    }
}
