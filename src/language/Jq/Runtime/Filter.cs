using System.Collections;

namespace Kestra.Jq.Runtime;

/// <summary>
/// A compiled part of a program: from one input to any number of results. It is immutable and shared by all runs.
/// Parts that always give exactly one result say so, and are then evaluated by a plain call.
/// </summary>
internal abstract class Filter
{
    /// <summary>True when every run gives exactly one result or fails; then <see cref="One"/> works.</summary>
    public virtual bool IsSingle => false;

    public abstract IEnumerable<Item> Run(Env env, Item input);

    public virtual Item One(Env env, Item input) => throw new InvalidOperationException("The filter may give any number of results.");

    /// <summary>As <see cref="One"/>; false instead of an error of the run.</summary>
    public virtual bool TryOne(Env env, Item input, out Item result)
    {
        try
        {
            result = One(env, input);
            return true;
        }
        catch (JqException error) when (error.Kind == JqErrorKind.Runtime)
        {
            result = default;
            return false;
        }
    }

    public object? Value(Env env, object? input) => One(env, new Item(input)).Value;

    public IEnumerable<object?> Values(Env env, object? input)
    {
        foreach (var item in Run(env, new Item(input)))
        {
            yield return item.Value;
        }
    }

    protected static IEnumerable<Item> Just(Item item) => new SingleResult(item);

    private sealed class SingleResult(Item item) : IEnumerable<Item>, IEnumerator<Item>
    {
        private bool _moved;

        public Item Current => item;

        object IEnumerator.Current => item;

        public IEnumerator<Item> GetEnumerator() => this;

        IEnumerator IEnumerable.GetEnumerator() => this;

        public bool MoveNext() => !_moved && (_moved = true);

        public void Reset() => _moved = false;

        public void Dispose()
        {
        }
    }
}

/// <summary>A filter that is single whatever its parts are.</summary>
internal abstract class SingleFilter : Filter
{
    public sealed override bool IsSingle => true;

    public sealed override IEnumerable<Item> Run(Env env, Item input) => Just(One(env, input));

    public abstract override Item One(Env env, Item input);
}

/// <summary>A single filter that computes a new value, which stands at no path.</summary>
internal abstract class ValueFilter : SingleFilter
{
    public sealed override Item One(Env env, Item input) => input.Derive(Compute(env, input.Value));

    protected abstract object? Compute(Env env, object? input);
}

/// <summary>A filter that is single when its parts are.</summary>
internal abstract class MixedFilter(bool isSingle) : Filter
{
    public sealed override bool IsSingle => isSingle;

    public sealed override IEnumerable<Item> Run(Env env, Item input) => isSingle ? Just(One(env, input)) : RunMany(env, input);

    public abstract override Item One(Env env, Item input);

    protected abstract IEnumerable<Item> RunMany(Env env, Item input);
}

/// <summary>A filter that computes any number of new values.</summary>
internal abstract class GeneratorFilter : Filter
{
    public sealed override IEnumerable<Item> Run(Env env, Item input)
    {
        foreach (var value in Generate(env, input.Value))
        {
            yield return input.Derive(value);
        }
    }

    protected abstract IEnumerable<object?> Generate(Env env, object? input);
}
