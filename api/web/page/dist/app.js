"use strict";
(() => {
  // node_modules/preact/dist/preact.mjs
  var n;
  var t;
  var r;
  var u;
  var i;
  var f;
  var o;
  var e;
  var l;
  var c;
  var a;
  var s;
  var h = /* @__PURE__ */ Symbol.for("pv");
  var p = {};
  var y = [];
  var v = /^m(i|n|o|s|text|space)$/;
  var w = Array.isArray;
  var d = y.slice;
  var _ = Object.assign;
  function g(n2) {
    n2 && n2.parentNode && n2.remove();
  }
  function m(r3, u3, i3, f4, o4) {
    var e3 = { type: r3, props: u3, key: i3, ref: f4, __k: null, __: null, __b: 0, __e: null, __c: null, constructor: h, __v: o4 || ++t, __i: -1, __u: 0 };
    return !o4 && n.vnode && n.vnode(e3), e3;
  }
  function $(n2) {
    return n2.children;
  }
  function x(n2, t3) {
    this.props = n2, this.context = t3, this.__g = 0;
  }
  function S(n2, t3) {
    if (null == t3) return n2.__ && S(n2.__, n2.__i + 1);
    for (var r3; t3 < n2.__k.length; t3++) if ((r3 = n2.__k[t3]) && r3.__e) return r3.__e;
    return "function" != typeof n2.type || n2.props.__P ? null : S(n2);
  }
  function C(t3) {
    var r3, u3 = t3.__v, i3 = u3.__e, f4 = [], o4 = [], e3 = t3.__P;
    e3 && ((r3 = _({ constructor: h }, u3)).__v = u3.__v + 1, n.vnode && n.vnode(r3), z(e3, r3, u3, t3.__n, e3.namespaceURI, 32 & u3.__u ? [i3] : null, f4, i3 || S(u3), 32 & u3.__u, o4), r3.__v = u3.__v, r3.__.__k[r3.__i] = r3, E(f4, r3, o4), u3.__ = u3.__e = null, r3.__e != i3 && j(r3));
  }
  function j(n2) {
    if ((n2 = n2.__) && n2.__c && !n2.props.__P) return n2.__e = null, n2.__k.some(function(t3) {
      return t3 && (n2.__e = t3.__e);
    }), j(n2);
  }
  function L(t3) {
    (8 & t3.__g || (t3.__g |= 8, u.push(t3), f++)) && i == n.debounceRendering || ((i = n.debounceRendering) || queueMicrotask)(H);
  }
  function H() {
    try {
      for (var n2, t3 = 1; u.length; ) u.length > t3 && u.sort(o), n2 = u.shift(), t3 = u.length, 8 & n2.__g && C(n2);
    } finally {
      (f = u.length) && (i || queueMicrotask)(H);
    }
  }
  function I(n2, t3, r3, u3, i3, f4, o4, e3, l3, c3, a4) {
    var s3, h3, v3, w9, d3, _3, g3 = u3.__k || y, k2 = t3.length;
    for (l3 = q(r3, t3, g3, l3, k2), s3 = 0; s3 < k2; s3++) null != (v3 = r3.__k[s3]) && (h3 = ~v3.__i && g3[v3.__i] || p, v3.__i = s3, _3 = z(n2, v3, h3, i3, f4, o4, e3, l3, c3, a4), w9 = v3.__e, (h3.ref != v3.ref || 8 & h3.__u) && (h3.ref && G(h3.ref, null, v3, h3), v3.ref && a4.push(v3.ref, v3.__c || w9, v3)), d3 = d3 || w9, 4 & v3.__u ? (l3 = A(v3, l3, n2, !h3.__v), h3.__e && (h3.__e = null)) : "function" == typeof v3.type && void 0 !== _3 ? l3 = _3 : w9 && (l3 = w9.nextSibling), v3.__u &= -21);
    return r3.__e = d3, l3;
  }
  function q(n2, t3, r3, u3, i3) {
    var f4, o4, e3, l3, c3, a4, s3, p3, y3, v3 = r3.length, d3 = v3, _3 = 0, g3 = 0, k2 = n2.__k = Array(i3);
    for (f4 = 0; f4 < i3; f4++) null != (o4 = t3[f4]) && "boolean" != typeof o4 && "function" != typeof o4 ? ("object" != typeof o4 || o4.constructor === String ? o4 = k2[f4] = m(null, o4) : w(o4) ? o4 = k2[f4] = m($, { children: o4 }) : o4.constructor === h && o4.__b ? o4 = k2[f4] = m(o4.type, o4.props, o4.key, o4.ref, o4.__v) : k2[f4] = o4, l3 = f4 + _3, o4.__ = n2, o4.__b = n2.__b + 1, e3 = null, ~(c3 = o4.__i = P(o4, r3, l3, d3)) && (d3--, (e3 = r3[c3]) && (e3.__u |= 2)), e3 && e3.__v ? (o4.__u |= 16, c3 == l3 - 1 ? _3-- : c3 == l3 + 1 ? _3++ : c3 != l3 && (c3 > l3 ? _3-- : _3++, g3 = 1)) : (~c3 || (i3 > v3 ? _3-- : i3 < v3 && _3++), "function" != typeof o4.type && (o4.__u |= 4))) : k2[f4] = null;
    if (g3) {
      for (a4 = [], s3 = [], f4 = 0; f4 < i3; f4++) if ((o4 = k2[f4]) && 16 & o4.__u) {
        for (_3 = 0, p3 = a4.length; _3 < p3; ) a4[y3 = _3 + p3 >> 1] < o4.__i ? _3 = y3 + 1 : p3 = y3;
        a4[_3] = o4.__i, s3[f4] = _3 + 1;
      }
      for (_3 = a4.length; f4--; ) s3[f4] && (s3[f4] == _3 ? _3-- : k2[f4].__u |= 4);
    }
    if (d3) for (f4 = 0; f4 < v3; f4++) !(e3 = r3[f4]) || 2 & e3.__u || (e3.__e == u3 && (u3 = S(e3)), J(e3, e3));
    return u3;
  }
  function A(n2, t3, r3, u3) {
    var i3, f4, o4, e3;
    if ("function" == typeof n2.type) {
      if (n2.props.__P) return t3;
      if (i3 = n2.__k) for (f4 = 0; f4 < i3.length; f4++) i3[f4] && (i3[f4].__ = n2, t3 = A(i3[f4], t3, r3, false));
      return t3;
    }
    for (t3 && !t3.parentNode && (t3 = S(n2)) && !t3.parentNode && (t3 = null), o4 = n2.__e, e3 = t3; e3 && 8 == e3.nodeType; ) e3 = e3.nextSibling;
    for (o4 != e3 && (!u3 && r3.moveBefore && o4.parentNode ? r3.moveBefore(o4, t3) : r3.insertBefore(o4, t3 || null)), t3 = o4; (t3 = t3 && t3.nextSibling) && 8 == t3.nodeType && !t3.data.startsWith("$s"); ) ;
    return t3;
  }
  function P(n2, t3, r3, u3) {
    var i3, f4 = n2.key, o4 = n2.type, e3 = t3[r3], l3 = e3 && !(2 & e3.__u);
    if (null === e3 && null == f4 || l3 && f4 == e3.key && o4 == e3.type) return r3;
    if (u3 > (l3 ? 1 : 0)) {
      for (i3 = r3 - 1; i3 >= 0; i3--) if ((e3 = t3[i3]) && !(2 & e3.__u) && f4 == e3.key && o4 == e3.type) return i3;
      for (i3 = r3 + 1; i3 < t3.length; i3++) if ((e3 = t3[i3]) && !(2 & e3.__u) && f4 == e3.key && o4 == e3.type) return i3;
    }
    return -1;
  }
  function T(n2, t3, r3) {
    null == r3 && (r3 = ""), "-" == t3[0] ? n2.setProperty(t3, r3) : n2[t3] = r3;
  }
  function N(n2, t3, r3, u3, i3) {
    var f4, o4;
    if ("style" == t3) if ("string" == typeof r3) n2.style.cssText = r3;
    else {
      if ("string" == typeof u3 && (n2.style.cssText = u3 = ""), u3) for (t3 in u3) r3 && t3 in r3 || T(n2.style, t3);
      if (r3) for (t3 in r3) u3 && r3[t3] == u3[t3] || T(n2.style, t3, r3[t3]);
    }
    else if ("o" == t3[0] && "n" == t3[1]) "function" != typeof r3 && (r3 = null), "function" != typeof u3 && (u3 = null), (n2.__e || (n2.__e = {}))[t3] = r3, r3 && u3 || (o4 = a[t3] || (a[t3] = V(t3)), (n2.__a || (n2.__a = {}))[t3] = c, f4 = t3 != (t3 = t3.replace(l, "$1")), (t3 = t3.slice(2))[0] < "a" && (t3 = t3.toLowerCase()), r3 ? n2.addEventListener(t3, o4, f4) : n2.removeEventListener(t3, o4, f4));
    else {
      if ("http://www.w3.org/2000/svg" == i3) t3 = t3.replace(/xlink(H|:h)/, "h").replace(/sName$/, "s");
      else if ("width" != t3 && "height" != t3 && "href" != t3 && "list" != t3 && "form" != t3 && "tabIndex" != t3 && "download" != t3 && "rowSpan" != t3 && "colSpan" != t3 && "role" != t3 && "popover" != t3 && t3 in n2) try {
        return void (n2[t3] = null == r3 ? "" : r3);
      } catch (n3) {
      }
      if ("function" == typeof r3) return;
      null == r3 || false === r3 && "-" != t3[4] ? n2.removeAttribute(t3) : n2.setAttribute(t3, "popover" == t3 && 1 == r3 ? "" : r3);
    }
  }
  function V(t3) {
    return function(r3) {
      var u3 = this.__e;
      if (u3) {
        if (u3 = u3[t3], null == r3[e]) r3[e] = c++;
        else if (r3[e] < this.__a[t3]) return;
        return u3(n.event ? n.event(r3) : r3);
      }
    };
  }
  function z(t3, r3, u3, i3, f4, o4, e3, l3, c3, a4) {
    var s3, p3, v3, d3, k2, b, m3, M, C3, j2, L2, H2, q2, A3, O, P2, T3, N2, V2 = r3.type;
    if (r3.constructor !== h) return null;
    128 & u3.__u && (c3 = 32 & u3.__u, s3 = u3.__c.__z) && (r3.__u |= c3, p3 = o4 = [], 8 == s3.nodeType ? l3 = B(s3, o4) : o4.push(s3), l3 = o4[0] || l3), (s3 = n.__b) && s3(r3);
    n: if ("function" == typeof V2) {
      v3 = e3.length;
      try {
        if (M = r3.props, C3 = (s3 = V2.prototype) && s3.render, j2 = (s3 = V2.contextType) && i3[s3.__c], L2 = s3 ? j2 ? j2.props.value : s3.__ : i3, (d3 = u3.__c) ? (r3.__c = d3, 2 & d3.__g && (d3.__g |= 1)) : (C3 ? r3.__c = d3 = new V2(M, L2) : (r3.__c = d3 = new x(M, L2), d3.constructor = V2, d3.render = K), j2 && j2.sub(d3), d3.state || (d3.state = {}), d3.__n = i3, d3.__g |= 8, d3.__h = [], d3.__k = []), C3 && (d3.__s || (d3.__s = d3.state), V2.getDerivedStateFromProps && (d3.__s == d3.state && (d3.__s = _({}, d3.__s)), _(d3.__s, V2.getDerivedStateFromProps(M, d3.__s)))), k2 = d3.props, b = d3.state, d3.__v = r3, u3.__c) {
          if (M !== k2 && C3 && !V2.getDerivedStateFromProps && d3.componentWillReceiveProps && d3.componentWillReceiveProps(M, L2), r3.__v == u3.__v && !(8 & d3.__g) || !(4 & d3.__g) && d3.shouldComponentUpdate && false === d3.shouldComponentUpdate(M, d3.__s, L2)) {
            r3.__v != u3.__v && (d3.props = M, d3.state = d3.__s, d3.__g &= -9), r3.__e = u3.__e, r3.__k = u3.__k, r3.__k.some(function(n2) {
              n2 && (n2.__ = r3);
            }), y.push.apply(d3.__h, d3.__k), d3.__k = [], d3.__h.length && e3.push(d3), l3 = S(u3);
            break n;
          }
          d3.componentWillUpdate && d3.componentWillUpdate(M, d3.__s, L2), C3 && d3.componentDidUpdate && d3.__h.push(function() {
            d3.componentDidUpdate(k2, b, m3);
          });
        } else C3 && !V2.getDerivedStateFromProps && d3.componentWillMount && d3.componentWillMount(), C3 && d3.componentDidMount && d3.__h.push(d3.componentDidMount);
        d3.context = L2, d3.props = M, d3.__P = t3, d3.__g &= -5, H2 = n.__r, q2 = C3 ? 25 : 0;
        do {
          d3.__g &= -9, H2 && H2(r3), s3 = d3.render(d3.props, d3.state = d3.__s, d3.context);
        } while (8 & d3.__g && ++q2 < 25);
        C3 && (y.push.apply(d3.__h, d3.__k), d3.__k = []), d3.state = d3.__s, d3.getChildContext && (i3 = _({}, i3, d3.getChildContext())), C3 && u3.__c && d3.getSnapshotBeforeUpdate && (m3 = d3.getSnapshotBeforeUpdate(k2, b)), A3 = s3 && s3.type === $ && null == s3.key ? s3.props.children : s3, M.__P && (s3 = l3, f4 = (t3 = M.__P).namespaceURI, c3 = o4 = null, u3.props && u3.props.__P != t3 && (u3.__k.some(function(n2) {
          n2 && J(n2, n2);
        }), u3.__k = null), l3 = u3.__k ? S(u3, 0) : null), l3 = I(t3, w(A3) ? A3 : [A3], r3, u3, i3, f4, o4, e3, l3, c3, a4), M.__P && (r3.__e = null, l3 = s3), r3.__u &= -161, p3 && p3.some(g), d3.__h.length && e3.push(d3), 1 & d3.__g && (d3.__g &= -4);
      } catch (t4) {
        if (e3.length = v3, r3.__v = null, c3 || o4) if (t4 && t4.then) {
          if (r3.__u |= 128 | c3, o4) {
            for (~(T3 = o4.indexOf(l3 || void 0)) || (T3 = o4.length); (N2 = o4[T3 - 1]) && 8 == N2.nodeType; ) T3--;
            for (; T3 < o4.length; T3++) if (N2 = o4[T3]) if (o4[T3] = null, O) {
              if (N2 == P2) break;
            } else {
              if (8 != N2.nodeType) break;
              N2.data.startsWith("$s") && (P2 = B(O = N2));
            }
          }
          if (!O) {
            for (; l3 && 8 == l3.nodeType && l3.nextSibling; ) l3 = l3.nextSibling;
            O = l3;
          }
          (s3 = B(O = r3.__c.__z || (r3.__c.__z = O))) ? (r3.__e = O, l3 = s3) : r3.__e = l3, l3 = l3 && l3.nextSibling;
        } else o4 && o4.some(g);
        else r3.__e = u3.__e;
        r3.__k || (r3.__k = u3.__k || []), t4 && t4.then || D(r3), n.__e(t4, r3, u3);
      }
    } else l3 = r3.__e = F(u3.__e, r3, u3, i3, f4, o4, e3, c3, a4, t3);
    return (s3 = n.diffed) && s3(r3), l3;
  }
  function B(n2, t3) {
    if (n2 && 8 == n2.nodeType && n2.data.startsWith("$s")) for (var r3 = 1; n2 = n2.nextSibling; ) {
      if (8 == n2.nodeType) {
        if (n2.data.startsWith("$s")) r3++;
        else if (n2.data.startsWith("/$s") && !--r3) return n2;
      }
      t3 && t3.push(n2);
    }
  }
  function D(n2) {
    n2 && (n2.__c && (n2.__c.__g |= 4), n2.__k && n2.__k.some(D));
  }
  function E(t3, r3, u3) {
    for (var i3 = 0; i3 < u3.length; ) G(u3[i3++], u3[i3++], u3[i3++]);
    n.__c && n.__c(r3, t3), t3.some(function(r4) {
      try {
        t3 = r4.__h, r4.__h = [], t3.some(function(n2) {
          n2.call(r4);
        });
      } catch (t4) {
        n.__e(t4, r4.__v);
      }
    });
  }
  function F(t3, r3, u3, i3, f4, o4, e3, l3, c3, a4) {
    var s3, h3, y3, _3, k2, b, m3, M, $2 = u3.props || p, x2 = r3.props, C3 = r3.type;
    if ("svg" == C3 ? f4 = "http://www.w3.org/2000/svg" : "math" == C3 ? f4 = "http://www.w3.org/1998/Math/MathML" : f4 || (f4 = "http://www.w3.org/1999/xhtml"), o4) {
      for (s3 = 0; s3 < o4.length; s3++) if ((k2 = o4[s3]) && (C3 ? k2.localName == C3 : 3 == k2.nodeType)) {
        t3 = k2, o4[s3] = null;
        break;
      }
    }
    if (!t3) {
      if (M = a4.ownerDocument || document, !C3) return M.createTextNode(x2);
      t3 = M.createElementNS(f4, C3, x2.is ? x2 : a4), l3 && (n.__m && n.__m(r3, o4), l3 = false), o4 = null;
    }
    if (C3) {
      if (a4 = "template" == C3 && t3.content || t3, o4 = "textarea" == C3 && null != x2.defaultValue ? null : o4 && d.call(a4.childNodes), !l3 && o4) for ($2 = {}, s3 = 0; s3 < t3.attributes.length; s3++) $2[(k2 = t3.attributes[s3]).name] = k2.value;
      for (s3 in $2) k2 = $2[s3], "dangerouslySetInnerHTML" == s3 ? y3 = k2 : "children" == s3 || s3 in x2 || "value" == s3 && "defaultValue" in x2 || "checked" == s3 && "defaultChecked" in x2 || N(t3, s3, null, k2, f4);
      for (s3 in x2) k2 = x2[s3], "children" == s3 ? _3 = k2 : "dangerouslySetInnerHTML" == s3 ? h3 = k2 : "value" == s3 ? b = k2 : "checked" == s3 ? m3 = k2 : l3 && "function" != typeof k2 || $2[s3] === k2 || N(t3, s3, k2, $2[s3], f4);
      h3 ? (l3 || y3 && (h3.__html == y3.__html || h3.__html == t3.innerHTML) || (t3.innerHTML = h3.__html), r3.__k = []) : (y3 && (t3.textContent = ""), ("foreignObject" == C3 || "http://www.w3.org/1998/Math/MathML" == f4 && v.test(C3)) && (f4 = "http://www.w3.org/1999/xhtml"), I(a4, w(_3) ? _3 : [_3], r3, u3, i3, f4, o4, e3, o4 ? o4[0] : u3.__k && S(u3, 0), l3, c3), o4 && o4.some(g)), l3 && "textarea" != C3 || (s3 = "value", "progress" == C3 && null == b ? t3.removeAttribute(s3) : null == b || b === t3[s3] && ("progress" != C3 || b) || N(t3, s3, b, $2[s3], f4), s3 = "checked", null != m3 && m3 != t3[s3] && N(t3, s3, m3, $2[s3], f4));
    } else $2 === x2 || l3 && t3.data == x2 || (t3.data = x2);
    return t3;
  }
  function G(t3, r3, u3, i3) {
    try {
      "function" == typeof t3 ? r3 ? r3.__x = t3(r3) || 1 : i3 && (i3 = i3.__c || i3.__e) && (r3 = i3.__x) && (i3.__x = null, "function" == typeof r3 ? r3() : t3(null)) : t3.current = r3;
    } catch (t4) {
      n.__e(t4, u3);
    }
  }
  function J(t3, r3, u3) {
    var i3, f4, o4, e3;
    if (n.unmount && n.unmount(t3), !(i3 = t3.ref) || i3.current && i3.current != t3.__e || G(i3, null, r3, t3), i3 = t3.__c) {
      if (i3.componentWillUnmount) try {
        i3.componentWillUnmount();
      } catch (t4) {
        n.__e(t4, r3);
      }
      i3.__P = i3.__n = null;
    }
    if (i3 = t3.__k) for (e3 = 0; e3 < i3.length; e3++) i3[e3] && J(i3[e3], r3, "function" != typeof t3.type || u3 && !t3.props.__P);
    !u3 && (i3 = t3.__c) && (i3 = i3.__z) && (f4 = B(i3, o4 = [])) && (i3 == t3.__e && o4.some(g), g(f4), g(i3)), u3 || g(t3.__e), t3.__e = t3.__c = t3.__ = null;
  }
  function K(n2, t3, r3) {
    return this.constructor(n2, r3);
  }
  function Q(t3, r3) {
    var u3, i3, f4, o4;
    n.__ && n.__(t3, r3), 9 == r3.nodeType && (r3 = r3.documentElement), i3 = (u3 = t3 && 32 & t3.__u) ? null : r3.__k, r3.__k = m($, { children: [t3] }), f4 = [], o4 = [], z(r3, r3.__k, i3 || p, p, r3.namespaceURI, i3 ? null : r3.firstChild ? d.call(r3.childNodes) : null, f4, i3 ? i3.__e : r3.firstChild, u3, o4), E(f4, r3.__k, o4), r3.__k.props.children = null;
  }
  n = { __e: function(n2, t3, r3, u3) {
    for (var i3, o4, e3; t3 = t3.__; ) if ((i3 = t3.__c) && !(1 & i3.__g)) {
      i3.__g |= 4;
      try {
        if ((e3 = (o4 = i3.constructor) && o4.getDerivedStateFromError) && i3.setState(o4.getDerivedStateFromError(n2)), i3.componentDidCatch && (i3.componentDidCatch(n2, u3 || {}), e3 = 1), e3 && 8 & i3.__g) return void (i3.__g |= 2);
      } catch (t4) {
        n2 = t4;
      }
    }
    throw f = 0, n2;
  } }, t = 0, r = function(n2) {
    return null != n2 && n2.constructor === h;
  }, x.prototype.setState = function(n2, t3) {
    var r3 = this.__s;
    r3 && r3 != this.state || (r3 = this.__s = _({}, this.state)), "function" == typeof n2 && (n2 = n2(_({}, r3), this.props)), n2 && (_(r3, n2), this.__v && (t3 && this.__k.push(t3), L(this)));
  }, x.prototype.forceUpdate = function(n2) {
    this.__v && (this.__g |= 4, n2 && this.__h.push(n2), L(this));
  }, x.prototype.render = $, u = [], f = 0, o = function(n2, t3) {
    return n2.__v.__b - t3.__v.__b;
  }, e = /* @__PURE__ */ Symbol(), l = /(PointerCapture)$|Capture$/i, c = 0, a = {}, s = 0;

  // node_modules/preact/hooks/dist/hooks.mjs
  var t2;
  var r2;
  var u2;
  var i2;
  var o2 = Object.is;
  var f2 = 0;
  var c2 = [];
  var e2 = [];
  var a2 = n;
  var v2 = a2.__b;
  var l2 = a2.__r;
  var m2 = a2.diffed;
  var h2 = a2.__c;
  var s2 = a2.unmount;
  var p2 = a2.__;
  function y2(n2, t3) {
    a2.__h && a2.__h(r2, n2, f2 || t3), f2 = 0;
    var u3 = r2.__H || (r2.__H = { __: [], __h: [] });
    return n2 >= u3.__.length && u3.__.push({}), u3.__[n2];
  }
  function d2(n2) {
    return f2 = 1, _2(G2, n2);
  }
  function _2(n2, u3, i3) {
    var f4 = y2(t2++, 2);
    if (f4.t = n2, !f4.__c && (f4.__ = [i3 ? i3(u3) : G2(void 0, u3), function(n3) {
      var t3 = (f4.__N || f4.__)[0], r3 = f4.t(t3, n3);
      o2(t3, r3) || (f4.__N = [r3, f4.__[1]], f4.__c.setState({}));
    }], f4.__c = r2, !r2.__f)) {
      r2.__f = true;
      var c3 = r2.shouldComponentUpdate;
      r2.shouldComponentUpdate = function(n3, t3, r3) {
        var u4 = this.__H;
        if (!u4) return true;
        var i4 = false, f5 = this.props != n3;
        if (u4.__.some(function(n4) {
          n4.__N && (i4 = true, o2(n4.__[0], n4.__N[0]) || (f5 = true));
        }), c3) {
          var e3 = c3.call(this, n3, t3, r3);
          return i4 ? e3 || f5 : e3;
        }
        return !i4 || f5;
      };
    }
    return f4.__;
  }
  function A2(n2, u3) {
    var i3 = y2(t2++, 3);
    !a2.__s && E2(i3.__H, u3) && (i3.__P = true, i3.__ = n2, i3.u = u3, r2.__H.__h.push(i3));
  }
  function F2(n2, u3) {
    var i3 = y2(t2++, 4);
    !a2.__s && E2(i3.__H, u3) && (i3.__P = false, i3.__ = n2, i3.u = u3, r2.__h.push(i3));
  }
  function T2(n2) {
    return f2 = 5, w2(function() {
      return { current: n2 };
    }, []);
  }
  function w2(n2, r3) {
    var u3 = y2(t2++, 7);
    return E2(u3.__H, r3) && (u3.__ = n2(), u3.__H = r3), u3.__;
  }
  function g2() {
    var n2;
    do {
      for (; n2 = e2.shift(); ) try {
        C2(n2);
      } catch (t4) {
        a2.__e(t4, { __: (n2 = n2.__P) && n2.__v });
      }
      for (; n2 = c2.shift(); ) {
        var t3 = n2.__H;
        if (n2.__P && t3) try {
          t3.__h.some(C2), t3.__h.some(D2), t3.__h = [];
        } catch (r3) {
          t3.__h = [], a2.__e(r3, n2.__v);
        }
      }
    } while (e2.length);
  }
  a2.__b = function(n2) {
    r2 = null, v2 && v2(n2);
  }, a2.__ = function(n2, t3) {
    n2 && t3.__k && t3.__k.__m && (n2.__m = t3.__k.__m), p2 && p2(n2, t3);
  }, a2.__r = function(n2) {
    l2 && l2(n2), t2 = 0;
    var i3 = (r2 = n2.__c).__H;
    i3 && (u2 == r2 ? r2.__h = [] : (i3.__h.some(C2), i3.__h.some(D2), t2 = 0), i3.__h = [], i3.__.some(function(n3) {
      n3.__N && (n3.__ = n3.__N), n3.u = n3.__N = void 0;
    })), u2 = r2;
  }, a2.diffed = function(n2) {
    m2 && m2(n2);
    var t3 = n2.__c;
    t3 && t3.__H && (t3.__H.__h.length && B2(c2.push(t3)), t3.__H.__.some(function(n3) {
      n3.u && (n3.__H = n3.u);
    })), u2 = r2 = null;
  }, a2.__c = function(n2, t3) {
    t3.some(function(n3) {
      try {
        n3.__h.some(C2), n3.__h = n3.__h.filter(function(n4) {
          return !n4.__ || D2(n4);
        });
      } catch (t4) {
        n3.__h = [function() {
          throw t4;
        }];
      }
    }), h2 && h2(n2, t3);
  }, a2.unmount = function(n2) {
    s2 && s2(n2);
    var t3, r3, u3 = n2.__c;
    u3 && u3.__H && (u3.__H.__.some(function(u4) {
      try {
        if (u4.__P && u4.__c) {
          if (void 0 === r3) {
            for (r3 = n2.__; r3 && (!r3.__c || !r3.__c.__P); ) r3 = r3.__;
            r3 = r3 && r3.__c;
          }
          u4.__P = r3, B2(e2.push(u4));
        } else C2(u4);
      } catch (n3) {
        t3 = n3;
      }
    }), u3.__H = void 0, t3 && a2.__e(t3, u3.__v));
  };
  var k = "function" == typeof requestAnimationFrame;
  function z2(n2) {
    var t3, r3 = function() {
      clearTimeout(u3), k && cancelAnimationFrame(t3), setTimeout(n2);
    }, u3 = setTimeout(r3, 35);
    k && (t3 = requestAnimationFrame(r3));
  }
  function B2(n2) {
    1 != n2 && i2 == a2.requestAnimationFrame || ((i2 = a2.requestAnimationFrame) || z2)(g2);
  }
  function C2(n2) {
    var t3 = r2, u3 = n2.__c;
    "function" == typeof u3 && (n2.__c = void 0, u3()), r2 = t3;
  }
  function D2(n2) {
    var t3 = r2;
    n2.__c = n2.__(), r2 = t3;
  }
  function E2(n2, t3) {
    return !n2 || n2.length != t3.length || t3.some(function(t4, r3) {
      return !o2(t4, n2[r3]);
    });
  }
  function G2(n2, t3) {
    return "function" == typeof t3 ? t3(n2) : t3;
  }

  // src/model.ts
  var oldAfter = 2e3;
  var silentAfter = 2500;
  var hiddenFor = 6e4;
  var pauseLeast = 500;
  var pauseMost = 1e4;
  var Model = class {
    parts = /* @__PURE__ */ new Map();
    me = null;
    signedIn = null;
    // null: not known yet
    linkBad = false;
    ahead = 0;
    // the service's clock before ours, in ms
    news = 0;
    // when the service was heard last, by its clock
    heard = 0;
    // when the console was heard last, by ours
    oldByService = false;
    changes = 0;
    run = "";
    n = -1;
    socket = null;
    pause = pauseLeast;
    timer = 0;
    hidden = 0;
    listeners = /* @__PURE__ */ new Set();
    drawing = false;
    now = () => Date.now() + this.ahead;
    isOld = () => this.news === 0 || this.oldByService || Date.now() - this.heard > silentAfter;
    mayAct = () => this.me !== null && !this.me.view && !this.me.lost && !this.isOld();
    isAdministrator = () => this.mayAct() && this.me.administrator;
    all(part) {
      const found = this.parts.get(part);
      return found ? found.order.map((key) => found.items.get(key)) : [];
    }
    get(part, key) {
      return this.parts.get(part)?.items.get(key);
    }
    service = () => this.get("service", "service") ?? {};
    listen(told) {
      this.listeners.add(told);
      return () => this.listeners.delete(told);
    }
    // Everybody draws once, whatever came meanwhile.
    changed() {
      this.changes++;
      if (this.drawing) return;
      this.drawing = true;
      const draw = () => {
        this.drawing = false;
        for (const told of [...this.listeners]) told();
      };
      if (document.visibilityState === "visible") requestAnimationFrame(draw);
      else setTimeout(draw, 100);
    }
    start() {
      document.addEventListener("visibilitychange", () => {
        clearTimeout(this.hidden);
        if (document.visibilityState === "visible") {
          if (!this.socket) this.open();
        } else {
          this.hidden = window.setTimeout(() => this.socket?.close(), hiddenFor);
        }
      });
      setInterval(() => this.changed(), 1e3);
      this.open();
    }
    stop() {
      clearTimeout(this.timer);
      const socket = this.socket;
      this.socket = null;
      socket?.close();
    }
    open() {
      clearTimeout(this.timer);
      const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/live`);
      this.socket = socket;
      socket.onopen = () => socket.send(JSON.stringify(this.n >= 0 ? { run: this.run, n: this.n } : {}));
      socket.onmessage = (message) => {
        this.pause = pauseLeast;
        this.take(JSON.parse(message.data));
      };
      socket.onclose = () => {
        if (this.socket !== socket) return;
        this.socket = null;
        this.changed();
        if (document.visibilityState === "hidden") return;
        this.timer = window.setTimeout(() => this.comeBack(), this.pause);
        this.pause = Math.min(2 * this.pause, pauseMost);
      };
    }
    // A session that has ended needs another link; everything else is tried again.
    async comeBack() {
      await this.askMe();
      if (this.signedIn) this.open();
      else if (this.signedIn === null) this.timer = window.setTimeout(() => this.comeBack(), this.pause);
    }
    async askMe() {
      try {
        const reply = await fetch("/api/me");
        this.signedIn = reply.status === 401 ? false : reply.ok ? true : null;
        if (reply.ok) this.me = await reply.json();
      } catch {
        this.signedIn = this.signedIn === false ? false : null;
      }
      this.changed();
    }
    take(m3) {
      this.heard = Date.now();
      if (m3.me) this.me = m3.me;
      if (m3.beat !== void 0) {
        this.ahead = m3.beat - Date.now();
        this.news = Math.max(this.news, m3.news);
        this.oldByService = m3.beat - m3.news > oldAfter;
        return;
      }
      if (m3.snapshot) {
        this.parts.clear();
        for (const [name, items] of Object.entries(m3.snapshot)) this.parts.set(name, { order: items.map(([key]) => key), items: new Map(items) });
      }
      if (m3.delta) for (const [name, change] of Object.entries(m3.delta)) this.apply(name, change);
      if (m3.n !== void 0) {
        this.n = m3.n;
        this.run = m3.run;
        if (this.news === 0) this.news = this.now();
      }
      this.changed();
    }
    apply(name, change) {
      if (change.gone) {
        this.parts.delete(name);
        return;
      }
      const part = this.parts.get(name) ?? { order: [], items: /* @__PURE__ */ new Map() };
      if (change.del) {
        const gone = new Set(change.del);
        part.order = part.order.filter((key) => !gone.has(key));
        for (const key of gone) part.items.delete(key);
      }
      for (const [key, info] of change.put ?? []) {
        if (!part.items.has(key)) part.order.push(key);
        part.items.set(key, info);
      }
      if (change.order) part.order = change.order;
      this.parts.set(name, part);
    }
  };
  var model = new Model();
  function useModel() {
    const [, draw] = d2(0);
    A2(() => model.listen(() => draw((n2) => n2 + 1)), []);
    return model;
  }

  // src/words.ts
  var plural = (n2, one, many) => `${n2} ${n2 === 1 ? one : many}`;
  var words = {
    product: "OpenRSM",
    pages: { library: "Library", queue: "Queue", people: "People", media: "Media", history: "History", health: "Health" },
    pageTitle: (page) => `${page} - OpenRSM`,
    skip: "To the page",
    navigation: "Pages",
    close: "Close",
    retry: "Try again",
    // Who looks
    looksOnly: "can only look",
    administrator: "administrator",
    logOut: "Log out",
    loggedOut: "You are logged out.",
    signInTitle: "Sign in with a link",
    signInOwn: "Your own console, on the machine of the library:",
    signInShared: "A link for this console:",
    signInView: "A link for a screen on the wall, which can only look:",
    linkBad: "This link was used already, or is too old. Make another one:",
    logInAgain: "The service was started again. You go on looking; to do something, log in again: rsm web login",
    // News
    connecting: "Connecting",
    newsAge: (seconds2) => `news: ${seconds2} old`,
    noNews: (since, ago) => `no news since ${since} (${ago})`,
    neverNews: "no news yet",
    switchTheme: (next) => `Switch to ${next}`,
    themes: { auto: "the colours of this computer", light: "light", dark: "dark" },
    theme: { auto: "Colours: auto", light: "Colours: light", dark: "Colours: dark" },
    // Library
    noLibrary: "No library is configured. The commands: sudo rsm library discover --add, or to play with: sudo rsm setup --emulated demo",
    slots: (n2) => plural(n2, "slot", "slots"),
    slotsLabel: (library) => `Slots of ${library}; move with the arrow keys`,
    slotFull: (n2, medium) => `Slot ${n2}: ${medium}`,
    slotEmpty: (n2) => `Slot ${n2}: empty`,
    slotOut: (n2, medium) => `Slot ${n2}: empty, home of ${medium}, which is out`,
    slotUnknown: (n2) => `Slot ${n2}: not known`,
    slotGone: (n2) => `Slot ${n2}: not there`,
    slotCleaner: "cleaning cartridge",
    out: "out",
    full: "full",
    noName: "?",
    arm: "arm",
    armIdle: "rests",
    moving: (medium, from, to) => `${medium} from ${from} to ${to}`,
    armTime: (gone, usual) => `${gone} of ~${usual}`,
    turned: "turned on the way",
    drive: (n2) => `Drive ${n2}`,
    port: (n2) => `Port ${n2}`,
    door: (n2) => `Door ${n2}`,
    empty: "empty",
    onItsWay: (medium) => `${medium} is on its way`,
    takeOut: (medium) => `${medium}: take it out`,
    mounts: (n2) => plural(n2, "mount", "mounts"),
    switchedOff: "switched off",
    legend: "full · empty · home of a cartridge that is out · not known",
    // Queue
    queueEmpty: "Nothing waits.",
    queueCaption: "Requests in the order of service",
    columns: {
      request: "Request",
      what: "What",
      about: "About",
      whom: "For",
      priority: "Priority",
      state: "State",
      why: "Why",
      expected: "Expected",
      actions: "Actions",
      name: "Name",
      barcode: "Bar code",
      place: "Place",
      pool: "Pool",
      label: "Label",
      side: "Side",
      mounts: "Mounts",
      time: "Time",
      drive: "Drive",
      medium: "Cartridge",
      duration: "Took",
      user: "Who",
      text: "What happened",
      library: "Library",
      errors: "Errors in a row",
      median: "Load: half",
      p90: "Load: nine of ten",
      steps: "Step",
      seen: "Seen",
      ends: "Handler ended",
      number: "No."
    },
    priorities: (p3) => p3 >= 10 ? "highest" : p3 > 0 ? "high" : p3 === 0 ? "normal" : p3 > -10 ? "low" : "lowest",
    now: "now",
    aPerson: "a person",
    about: (span2) => `~${span2}`,
    notKnown: "-",
    explain: "Explain",
    cancel: "Cancel...",
    more: (n2) => `${n2} more are not shown`,
    // People
    needsPerson: "Needs a person",
    nobodyNeeded: "Nothing needs a person.",
    done: "Done",
    refuse: "Refuse...",
    waitsFor: (request, user) => `${request}${user ? ` (${user})` : ""} waits for it`,
    commandHelps: "The command:",
    since: (span2) => `since ${span2}`,
    answered: "Answered",
    nothingAnswered: "Nothing was answered lately.",
    attention: "Attention",
    enableDrive: "Enable",
    // Media
    searchLabel: "Bar code, name or label",
    searchAnywhere: "anywhere in it",
    searchHint: "From the third letter on.",
    searchNone: "No cartridge is called so.",
    searchPartial: "The search was not through in time; this is what it found.",
    searchMore: "Show more",
    searchCount: (n2, more) => `${n2}${more ? " or more" : ""} found`,
    mount: "Mount",
    dismount: "Dismount...",
    eject: "Eject...",
    disable: "Disable...",
    enable: "Enable",
    emptyDrive: "Empty the drive...",
    offline: "offline",
    itsHistory: "Its history",
    nothingHappened: "Nothing is known to have happened.",
    sides: "Sides",
    // History
    historyOf: "History of drives",
    day: "Day",
    week: "Week",
    earlier: "Earlier",
    later: "Later",
    today: "Today",
    asTable: "As a table",
    asBars: "As bars",
    csv: "Save as CSV",
    loaded: "loaded",
    movingWord: "moving",
    error: "error",
    barsOf: (drive, from, to) => `${drive}, ${from} to ${to}`,
    bar: (kind, medium, from, to) => `${kind}${medium ? ` ${medium}` : ""}, ${from} to ${to}`,
    movesErrors: (mounts, moves, errors) => `mounts ${mounts}, moves ${moves}, errors ${errors}`,
    historyCut: "There is more than is shown: choose a shorter time.",
    loading: "Reading",
    kinds: {
      moved: "moved",
      brought_in: "came in",
      taken_out: "went out",
      mounted: "mounted",
      dismounted: "dismounted",
      failed: "failed",
      alerted: "reported",
      labelled: "labelled",
      allocated: "allocated",
      deallocated: "given back",
      completed: "complete",
      decommissioned: "out of service",
      cleaned: "cleaned",
      deleted: "deleted"
    },
    fromTo: (from, to) => `${from} to ${to}`,
    // Health
    drives: "Drives",
    steps: "What steps take",
    handlers: "Handlers",
    service: "Service",
    device: "Device",
    askedFor: "Asked for",
    answer: "Answer",
    version: "Version",
    started: "Started",
    commitTrouble: "Catalog",
    well: "in order",
    stepNames: { move: "move", turn: "turn", load: "load", read_label: "read a label", hold: "hold", rewind: "rewind", unload: "unload", wait: "wait" },
    ends: (exited, died, late, nonsense) => `${exited} in order, ${died} died, ${late} too late, ${nonsense} not understood`,
    // Questions and answers
    yes: "Yes",
    no: "No",
    askCancel: (what) => `Cancel ${what}? It leaves the queue.`,
    askRefuse: (what) => `Refuse: ${what} Whoever waits for it ends with an error.`,
    askDismount: (medium, holder) => `Dismount ${medium}${holder ? `, which ${holder} has` : ""}? What is open on it has to be closed before.`,
    askEject: (medium) => `Eject ${medium}? It goes to the port, and a person takes it out.`,
    askDisable: (what) => `Disable ${what}? Nobody can use it until it is enabled again.`,
    askEmpty: (drive, medium) => `Bring ${medium} home, out of ${drive}?`,
    asked: (what) => `${what}: asked`,
    queued: (what, request) => `${what}: queued as ${request}`,
    done_: (what) => `${what}: done`,
    failed: (what, why) => `${what}: ${why}`,
    noAnswer: "the console does not answer",
    events: "Events",
    eventsOf: "The last events",
    details: "Details",
    forWhom: (user, application) => [application, user].filter(Boolean).join("/"),
    forSpan: (span2) => `for ${span2}`
  };
  var spaced = (word) => word.replaceAll("_", " ");
  function span(ms) {
    const s3 = Math.max(0, Math.round(ms / 1e3));
    if (s3 < 60) return `${s3} s`;
    if (s3 < 3600) return `${Math.floor(s3 / 60)} min`;
    if (s3 < 86400) return `${Math.floor(s3 / 3600)} h ${Math.floor(s3 % 3600 / 60)} min`;
    return `${Math.floor(s3 / 86400)} d ${Math.floor(s3 % 86400 / 3600)} h`;
  }
  var two = (n2) => String(n2).padStart(2, "0");
  function clock(ms) {
    const d3 = new Date(ms);
    return `${two(d3.getHours())}:${two(d3.getMinutes())}:${two(d3.getSeconds())}`;
  }
  function hour(ms) {
    const d3 = new Date(ms);
    return `${two(d3.getHours())}:${two(d3.getMinutes())}`;
  }
  function date(ms) {
    const d3 = new Date(ms);
    return `${d3.getFullYear()}-${two(d3.getMonth() + 1)}-${two(d3.getDate())}`;
  }
  var moment = (ms) => `${date(ms)} ${clock(ms)}`;
  var shortId = (id) => id[14] === "8" ? String(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)) : id.slice(0, 8);
  var sentence = (text) => text.replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, shortId);

  // src/ask.ts
  var Refused = class extends Error {
    constructor(code, sentence2) {
      super(sentence2);
      this.code = code;
    }
    code;
  };
  async function post(path, body) {
    return fetch(path, { method: "POST", headers: { "Content-Type": "application/json", "X-RSM": "1" }, body: JSON.stringify(body) });
  }
  async function ask(method, params = {}) {
    let reply;
    try {
      reply = await post("/api/call", { method, params });
    } catch {
      throw new Refused(0, words.noAnswer);
    }
    if (reply.status === 401) {
      model.signedIn = false;
      model.changed();
      throw new Refused(5, words.signInTitle);
    }
    if (!reply.headers.get("Content-Type")?.startsWith("application/json")) throw new Refused(0, (await reply.text()).trim());
    const answer = await reply.json();
    if (answer.error) {
      if (model.me && /rsm web login/.test(answer.error.detail)) {
        model.me = { ...model.me, lost: true };
        model.changed();
      }
      throw new Refused(answer.error.code, answer.error.sentence);
    }
    return answer.result;
  }
  async function openLink(secret) {
    try {
      const reply = await post("/api/login", { token: secret });
      if (reply.ok) model.me = await reply.json();
      return reply.ok;
    } catch {
      return false;
    }
  }
  async function logOut() {
    await post("/api/logout", {}).catch(() => void 0);
    model.stop();
    model.me = null;
    model.signedIn = false;
    model.changed();
  }
  function newKey() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // node_modules/preact/jsx-runtime/dist/jsxRuntime.mjs
  var f3 = /* @__PURE__ */ Symbol.for("pv");
  var o3 = 0;
  function a3(t3, e3, n2, u3, a4, i3) {
    e3 || (e3 = {});
    var c3, l3, p3 = e3;
    if ("ref" in p3 && "function" != typeof t3) for (l3 in p3 = {}, e3) "ref" == l3 ? c3 = e3[l3] : p3[l3] = e3[l3];
    var s3 = { type: t3, props: p3, key: n2, ref: c3, __k: null, __: null, __b: 0, __e: null, __c: null, constructor: f3, __v: --o3, __i: -1, __u: 0 };
    return (a4 || i3) && (s3.__source = a4, s3.__self = i3), n.vnode && n.vnode(s3), s3;
  }

  // src/ui.tsx
  var screen = {
    drawer: null,
    question: null,
    message: "",
    opener: null
  };
  function openDrawer(title, content) {
    screen.opener = document.activeElement;
    screen.drawer = { title, content };
    model.changed();
  }
  function closeDrawer() {
    screen.drawer = null;
    model.changed();
    const back = screen.opener;
    if (back?.isConnected) back.focus();
  }
  function say(text) {
    screen.message = text;
    model.changed();
  }
  function question(text, yes) {
    screen.question = { text, yes };
    model.changed();
  }
  async function perform(what, method, params, keyed = true) {
    say(`${what} ...`);
    try {
      const result = await ask(method, keyed ? { key: newKey(), ...params } : params);
      const request = result.request ?? result.requests?.[0];
      say(request ? words.queued(what, shortId(request)) : words.done_(what));
    } catch (error) {
      say(words.failed(what, error instanceof Refused ? error.message : String(error)));
    }
  }
  function Drawer() {
    useModel();
    const heading = T2(null);
    const drawer = screen.drawer;
    A2(() => {
      if (drawer) heading.current?.focus();
    }, [drawer]);
    A2(() => {
      if (!drawer) return void 0;
      const leave = (e3) => e3.key === "Escape" && !screen.question && closeDrawer();
      addEventListener("keydown", leave);
      return () => removeEventListener("keydown", leave);
    }, [drawer]);
    if (!drawer) return null;
    return /* @__PURE__ */ a3("aside", { class: "drawer", "aria-labelledby": "drawer-title", children: [
      /* @__PURE__ */ a3("div", { class: "drawer-head", children: [
        /* @__PURE__ */ a3("h2", { id: "drawer-title", tabIndex: -1, ref: heading, children: drawer.title }),
        /* @__PURE__ */ a3("button", { type: "button", onClick: closeDrawer, children: words.close })
      ] }),
      /* @__PURE__ */ a3("div", { class: "drawer-body", children: drawer.content() })
    ] });
  }
  function QuestionBox() {
    useModel();
    const box = T2(null);
    const asked = screen.question;
    A2(() => {
      if (asked && !box.current?.open) box.current?.showModal();
    }, [asked]);
    if (!asked) return null;
    const end = (yes) => {
      box.current?.close();
      screen.question = null;
      model.changed();
      if (yes) asked.yes();
    };
    return /* @__PURE__ */ a3("dialog", { ref: box, "aria-labelledby": "question", onCancel: () => end(false), children: [
      /* @__PURE__ */ a3("p", { id: "question", children: asked.text }),
      /* @__PURE__ */ a3("div", { class: "buttons", children: [
        /* @__PURE__ */ a3("button", { type: "button", autofocus: true, onClick: () => end(false), children: words.no }),
        /* @__PURE__ */ a3("button", { type: "button", class: "danger", disabled: !model.mayAct(), onClick: () => end(true), children: words.yes })
      ] })
    ] });
  }
  var Message = () => {
    useModel();
    return /* @__PURE__ */ a3("p", { class: "message", role: "status", children: screen.message });
  };
  function Act(props) {
    if (!props.may) return null;
    return /* @__PURE__ */ a3("button", { type: "button", class: props.danger ? "danger" : "", disabled: model.isOld(), "aria-label": props.label, onClick: props.onClick, children: props.children });
  }
  function Facts(props) {
    return /* @__PURE__ */ a3("dl", { class: "facts", children: props.rows.filter(([, value]) => value !== "" && value !== void 0 && value !== null).map(([name, value]) => /* @__PURE__ */ a3("div", { children: [
      /* @__PURE__ */ a3("dt", { children: name }),
      /* @__PURE__ */ a3("dd", { children: value })
    ] }, name)) });
  }
  function useAnswer(about, question2) {
    const [state, set] = d2({ about: "" });
    A2(() => {
      let here = true;
      question2().then(
        (answer) => here && set({ about, answer }),
        (error) => here && set((before) => ({ ...before, about, trouble: error.message }))
      );
      return () => {
        here = false;
      };
    }, [about]);
    return state;
  }
  function useFreshness(types, pause) {
    useModel();
    const [fresh, set] = d2(0);
    const seen = T2({ key: "", time: 0, timer: 0 });
    const events = model.all("events");
    let newest = "";
    for (const event of events) if (types.includes(event.type)) newest = String(event.number);
    A2(() => {
      const s3 = seen.current;
      if (newest === s3.key) return;
      s3.key = newest;
      clearTimeout(s3.timer);
      s3.timer = window.setTimeout(() => {
        s3.time = Date.now();
        set((n2) => n2 + 1);
      }, Math.max(0, s3.time + pause - Date.now()));
    }, [newest]);
    A2(() => () => clearTimeout(seen.current.timer), []);
    return fresh;
  }
  var is = (user) => model.me?.user === user;
  var mayCancel = (request) => model.mayAct() && (model.me.administrator || is(request.user));
  var cancelRequest = (request, about) => question(words.askCancel(`${shortId(request.id)}, ${request.operation} of ${about}${request.user ? ` for ${request.user}` : ""}`), () => perform(`cancel ${shortId(request.id)}`, "request.cancel", { request: request.id }, false));
  function DriveActs(props) {
    const d3 = props.drive;
    const name = words.drive(d3.number);
    const works = d3.enabled && d3.operational_state === "ready";
    const admin = model.isAdministrator();
    return /* @__PURE__ */ a3("div", { class: "buttons", children: [
      /* @__PURE__ */ a3(Act, { may: admin && !works, onClick: () => perform(`enable ${name}`, "object.enable", { type: "drive", id: d3.id }), children: words.enable }),
      /* @__PURE__ */ a3(Act, { may: admin && !!d3.medium && d3.state !== "loaded", onClick: () => question(words.askEmpty(name, d3.medium_name), () => perform(`empty ${name}`, "drive.dismount", { drive: d3.id })), children: words.emptyDrive }),
      /* @__PURE__ */ a3(Act, { may: admin && d3.enabled, onClick: () => question(words.askDisable(name), () => perform(`disable ${name}`, "object.disable", { type: "drive", id: d3.id })), children: words.disable })
    ] });
  }
  function MediumActs(props) {
    const m3 = props.medium;
    const side = m3.sides?.[0];
    const holder = model.all("holders").find((h3) => model.all("drives").some((d3) => d3.id === h3.drive && d3.medium === m3.id));
    return /* @__PURE__ */ a3("div", { class: "buttons", children: [
      /* @__PURE__ */ a3(Act, { may: model.mayAct() && !!side && m3.state !== "loaded", onClick: () => perform(`mount ${m3.name}`, "mount.submit", { media: [side.id], nowait: true }), children: words.mount }),
      /* @__PURE__ */ a3(Act, { may: model.mayAct() && (m3.state === "loaded" || m3.state === "mounted"), onClick: () => question(words.askDismount(m3.name, holder ? words.forWhom(holder.user, holder.application) : ""), () => perform(`dismount ${m3.name}`, "dismount.submit", { media: [m3.mounted_side || side.id] })), children: words.dismount }),
      /* @__PURE__ */ a3(Act, { may: model.isAdministrator() && m3.place !== "offline", onClick: () => question(words.askEject(m3.name), () => perform(`eject ${m3.name}`, "medium.eject", { medium: m3.id })), children: words.eject })
    ] });
  }

  // src/details.tsx
  var w3 = words.columns;
  function whatHappened(h3) {
    const kind = words.kinds[h3.kind] ?? spaced(h3.kind);
    if (h3.from && h3.to) return `${kind} ${words.fromTo(h3.from, h3.to)}`;
    return [kind, h3.drive_name, h3.text].filter(Boolean).join(" ");
  }
  function History(props) {
    const { answer, trouble } = useAnswer(JSON.stringify(props.of), () => ask("history.list", { ...props.of, limit: 30 }));
    if (trouble) return /* @__PURE__ */ a3("p", { class: "trouble", children: trouble });
    if (!answer) return /* @__PURE__ */ a3("p", { children: [
      words.loading,
      " ..."
    ] });
    if (answer.items.length === 0) return /* @__PURE__ */ a3("p", { children: words.nothingHappened });
    return /* @__PURE__ */ a3("ul", { class: "plain", children: answer.items.map((h3) => /* @__PURE__ */ a3("li", { children: [
      /* @__PURE__ */ a3("time", { children: moment(h3.time) }),
      " ",
      whatHappened(h3),
      h3.user ? ` (${h3.user})` : ""
    ] }, h3.number)) });
  }
  function Medium(props) {
    const known = model.all("events").filter((e3) => e3.object === props.id).length + model.all("drives").filter((d3) => d3.medium === props.id).map((d3) => d3.state).join();
    const { answer: m3, trouble } = useAnswer(`${props.id} ${known}`, () => ask("medium.get", { id: props.id }));
    if (trouble && !m3) return /* @__PURE__ */ a3("p", { class: "trouble", children: trouble });
    if (!m3) return /* @__PURE__ */ a3("p", { children: [
      words.loading,
      " ..."
    ] });
    return /* @__PURE__ */ a3($, { children: [
      /* @__PURE__ */ a3(Facts, { rows: [
        [w3.barcode, m3.barcode],
        [w3.state, `${spaced(m3.state)}${m3.enabled ? "" : `, ${words.switchedOff}`}`],
        [w3.why, sentence(m3.reason)],
        [w3.library, m3.library_name],
        [w3.place, m3.place],
        [w3.pool, m3.pool_name],
        [w3.mounts, m3.ageing ? String(m3.ageing.mounts) : ""],
        [words.sides, (m3.sides ?? []).map((s3) => [`${s3.number}: ${spaced(s3.state)}`, s3.label_info].filter(Boolean).join(", ")).join("; ")]
      ] }),
      /* @__PURE__ */ a3(MediumActs, { medium: m3 }),
      /* @__PURE__ */ a3("h3", { children: words.itsHistory }),
      /* @__PURE__ */ a3(History, { of: { medium: props.id } })
    ] });
  }
  function Drive(props) {
    const d3 = model.get("drives", props.id);
    if (!d3) return /* @__PURE__ */ a3("p", { children: words.nothingHappened });
    const holder = model.get("holders", props.id);
    return /* @__PURE__ */ a3($, { children: [
      /* @__PURE__ */ a3(Facts, { rows: [
        [w3.state, d3.enabled ? d3.operational_state === "ready" ? spaced(d3.state) : spaced(d3.operational_state) : words.switchedOff],
        [w3.why, d3.enabled && d3.operational_state === "ready" ? d3.reason : d3.condition_reason],
        [w3.medium, d3.medium_name],
        [w3.whom, holder ? words.forWhom(holder.user, holder.application) : ""],
        [w3.time, words.forSpan(span(model.now() - d3.since))],
        [w3.mounts, String(d3.mount_count)],
        [w3.drive, [d3.vendor, d3.product, d3.serial].filter(Boolean).join(" ")],
        [words.device, d3.device]
      ] }),
      /* @__PURE__ */ a3(DriveActs, { drive: d3 }),
      d3.medium ? /* @__PURE__ */ a3("div", { class: "buttons", children: /* @__PURE__ */ a3("button", { type: "button", onClick: () => showMedium(d3.medium, d3.medium_name), children: d3.medium_name }) }) : null,
      /* @__PURE__ */ a3("h3", { children: words.itsHistory }),
      /* @__PURE__ */ a3(History, { of: { drive: props.id } })
    ] });
  }
  function Explanation(props) {
    const { answer: e3, trouble } = useAnswer(`${props.id} ${model.get("waiting", props.id)?.request.state} ${model.get("waiting", props.id)?.why}`, () => ask("request.explain", { request: props.id }));
    if (trouble && !e3) return /* @__PURE__ */ a3("p", { class: "trouble", children: trouble });
    if (!e3) return /* @__PURE__ */ a3("p", { children: [
      words.loading,
      " ..."
    ] });
    const f4 = e3.forecast;
    return /* @__PURE__ */ a3($, { children: [
      /* @__PURE__ */ a3("p", { children: sentence(e3.text) }),
      /* @__PURE__ */ a3("ul", { children: (e3.facts ?? []).map((fact) => /* @__PURE__ */ a3("li", { children: sentence(fact) }, fact)) }),
      f4?.mounted_ms !== void 0 && f4?.mounted_ms !== null ? /* @__PURE__ */ a3("p", { children: [
        w3.expected,
        ": ",
        words.about(span(f4.mounted_ms))
      ] }) : null,
      /* @__PURE__ */ a3("ul", { children: [...f4?.reasons ?? [], ...f4?.shorter ?? []].map((line) => /* @__PURE__ */ a3("li", { children: sentence(line) }, line)) }),
      /* @__PURE__ */ a3("h3", { children: words.itsHistory }),
      /* @__PURE__ */ a3(History, { of: { request: props.id } })
    ] });
  }
  var showMedium = (id, name) => openDrawer(name || shortId(id), () => /* @__PURE__ */ a3(Medium, { id }, id));
  var showDrive = (d3) => openDrawer(words.drive(d3.number), () => /* @__PURE__ */ a3(Drive, { id: d3.id }, d3.id));
  var showRequest = (id) => openDrawer(shortId(id), () => /* @__PURE__ */ a3(Explanation, { id }, id));
  var showFacts = (title, rows) => openDrawer(title, () => /* @__PURE__ */ a3(Facts, { rows }));

  // src/health.tsx
  var w4 = words.columns;
  var freshEvery = 1e4;
  var seconds = (ms) => `${(ms / 1e3).toFixed(1)} s`;
  function Table(props) {
    return /* @__PURE__ */ a3("div", { class: "wide", tabIndex: 0, role: "region", "aria-label": props.label, children: /* @__PURE__ */ a3("table", { children: [
      /* @__PURE__ */ a3("caption", { children: props.label }),
      /* @__PURE__ */ a3("thead", { children: /* @__PURE__ */ a3("tr", { children: props.columns.map((name) => /* @__PURE__ */ a3("th", { scope: "col", children: name }, name)) }) }),
      /* @__PURE__ */ a3("tbody", { children: props.rows.map((row) => /* @__PURE__ */ a3("tr", { class: row.kind, children: row.cells.map((cell, i3) => /* @__PURE__ */ a3("td", { children: cell }, i3)) }, row.key)) })
    ] }) });
  }
  function HealthPage() {
    const m3 = useModel();
    const fresh = useFreshness(["drive", "changer", "library"], freshEvery);
    const { answer: timing } = useAnswer(`timing ${fresh}`, () => ask("library.timing"));
    const { answer: figures } = useAnswer(`metrics ${fresh}`, () => ask("metrics.read"));
    const steps = timing?.items ?? [];
    const load = (id) => steps.find((t3) => t3.drive === id && t3.kind === "load");
    const errors = (id) => figures?.drives?.find((d3) => d3.drive === id)?.errors_in_a_row;
    const libraryName = (id) => m3.get("libraries", id)?.name ?? "";
    const service = m3.service();
    return /* @__PURE__ */ a3($, { children: [
      /* @__PURE__ */ a3(Table, { label: words.drives, columns: [w4.drive, w4.state, w4.mounts, w4.errors, w4.median, w4.p90, w4.why], rows: m3.all("drives").map((d3) => {
        const t3 = load(d3.id);
        const works = d3.enabled && d3.operational_state === "ready";
        return {
          key: d3.id,
          kind: works ? "" : "trouble-row",
          cells: [/* @__PURE__ */ a3("button", { type: "button", class: "link", onClick: () => showDrive(d3), children: d3.name }), d3.enabled ? works ? words.well : spaced(d3.operational_state) : words.switchedOff, d3.mount_count, errors(d3.id) ?? words.notKnown, t3 ? seconds(t3.median_ms) : words.notKnown, t3 ? seconds(t3.p90_ms) : words.notKnown, works ? "" : d3.condition_reason]
        };
      }) }),
      /* @__PURE__ */ a3(Table, { label: words.steps, columns: [w4.library, w4.drive, w4.steps, w4.seen, w4.median, w4.p90].map((name) => name.replace("Load: ", "")), rows: steps.map((t3) => ({
        key: `${t3.library}${t3.drive}${t3.kind}`,
        cells: [t3.library_name, t3.drive_name, words.stepNames[t3.kind] ?? spaced(t3.kind), t3.seen, seconds(t3.median_ms), seconds(t3.p90_ms)]
      })) }),
      /* @__PURE__ */ a3(Table, { label: words.handlers, columns: [w4.library, w4.drive, w4.seen, w4.ends], rows: (figures?.handlers ?? []).map((h3) => ({
        key: `${h3.library}${h3.device}`,
        cells: [libraryName(h3.library), h3.device, h3.starts, words.ends(h3.exited, h3.died, h3.timed_out, h3.spoke_nonsense)]
      })) }),
      /* @__PURE__ */ a3("section", { "aria-labelledby": "service", children: [
        /* @__PURE__ */ a3("h2", { id: "service", children: words.service }),
        /* @__PURE__ */ a3(Facts, { rows: [[words.version, service.version], [words.started, service.started ? `${moment(service.started)}, ${words.forSpan(span(m3.now() - service.started))}` : ""], [words.commitTrouble, service.commit_error || words.well]] })
      ] })
    ] });
  }

  // src/history.tsx
  var w5 = words.columns;
  var dayMs = 864e5;
  var rowsAtOnce = 1e3;
  var pagesMost = 10;
  var freshEvery2 = 5e3;
  var drawnLeast = 0.15;
  function stretchesOf(rows, from, to, now) {
    const stretches = [];
    let open = null;
    for (const h3 of rows) {
      const took = h3.duration_ms ?? 0;
      if (h3.kind === "mounted") open = h3;
      if (h3.kind === "dismounted") {
        stretches.push({ kind: "loaded", from: h3.time - took, to: h3.time, medium: h3.medium_name });
        open = null;
      }
      if (h3.kind === "moved" && took > 0) stretches.push({ kind: "moving", from: h3.time - took, to: h3.time, medium: h3.medium_name });
      if (h3.kind === "failed") stretches.push({ kind: "error", from: h3.time, to: h3.time, medium: h3.medium_name });
    }
    if (open) stretches.push({ kind: "loaded", from: open.time, to: Math.min(now, to), medium: open.medium_name });
    return stretches.filter((s3) => s3.to >= from && s3.from < to).map((s3) => ({ ...s3, from: Math.max(s3.from, from), to: Math.min(s3.to, to) }));
  }
  async function rowsOf(from, to) {
    const rows = [];
    let cursor;
    for (let page = 0; page < pagesMost; page++) {
      const reply = await ask("history.list", { from, to, oldest_first: true, limit: rowsAtOnce, ...cursor ? { cursor } : {} });
      rows.push(...reply.items);
      cursor = reply.next_cursor ?? void 0;
      if (!cursor) return { rows, more: false };
    }
    return { rows, more: true };
  }
  function startOf(week, now, back) {
    const d3 = new Date(now);
    d3.setHours(0, 0, 0, 0);
    const days = week ? 7 : 1;
    if (week) d3.setDate(d3.getDate() - (d3.getDay() + 6) % 7);
    d3.setDate(d3.getDate() - back * days);
    const end = new Date(d3);
    end.setDate(end.getDate() + days);
    return [d3.getTime(), end.getTime()];
  }
  function Bar(props) {
    const { from, to } = props;
    const x2 = (time) => (time - from) / (to - from) * 100;
    const stretches = stretchesOf(props.rows, from, to, props.now);
    const order = { loaded: 0, moving: 1, error: 2 };
    stretches.sort((a4, b) => order[a4.kind] - order[b.kind]);
    const count = (kind) => props.rows.filter((h3) => h3.kind === kind).length;
    const marks = props.week ? 7 : 12;
    return /* @__PURE__ */ a3("figure", { class: "bar", children: [
      /* @__PURE__ */ a3("figcaption", { children: [
        /* @__PURE__ */ a3("button", { type: "button", class: "link", onClick: () => showDrive(props.drive), children: props.drive.name }),
        " ",
        /* @__PURE__ */ a3("span", { class: "hint", children: words.movesErrors(count("mounted"), count("moved"), count("failed")) })
      ] }),
      /* @__PURE__ */ a3("svg", { viewBox: "0 0 100 12", preserveAspectRatio: "none", role: "img", "aria-label": `${words.barsOf(props.drive.name, moment(from), moment(to))}: ${words.movesErrors(count("mounted"), count("moved"), count("failed"))}`, children: [
        /* @__PURE__ */ a3("rect", { class: "ground", x: 0, y: 0, width: 100, height: 12 }),
        Array.from({ length: marks - 1 }, (_3, i3) => /* @__PURE__ */ a3("line", { class: "mark", x1: (i3 + 1) * 100 / marks, x2: (i3 + 1) * 100 / marks, y1: 0, y2: 12 }, i3)),
        stretches.map((s3, i3) => /* @__PURE__ */ a3("rect", { class: s3.kind, x: x2(s3.from), y: s3.kind === "moving" ? 4 : 0, width: Math.max(x2(s3.to) - x2(s3.from), drawnLeast), height: s3.kind === "moving" ? 4 : 12, children: /* @__PURE__ */ a3("title", { children: words.bar(words[s3.kind === "moving" ? "movingWord" : s3.kind], s3.medium, hour(s3.from), hour(s3.to)) }) }, i3))
      ] })
    ] });
  }
  var quoted = (text) => `"${String(text ?? "").replaceAll('"', '""')}"`;
  function save(rows, name) {
    const columns = ["number", "time", "kind", "drive_name", "medium_name", "library_name", "from", "to", "duration_ms", "error", "user", "application", "request", "text"];
    const lines = [columns.join(","), ...rows.map((h3) => columns.map((c3) => quoted(c3 === "time" ? new Date(h3.time).toISOString() : h3[c3])).join(","))];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines.join("\r\n") + "\r\n"], { type: "text/csv" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1e4);
  }
  function HistoryPage() {
    const m3 = useModel();
    const [week, setWeek] = d2(false);
    const [back, setBack] = d2(0);
    const [table, setTable] = d2(false);
    const [from, to] = startOf(week, m3.now(), back);
    const fresh = useFreshness(["drive", "changer"], freshEvery2);
    const { answer, trouble } = useAnswer(`${from} ${to} ${back === 0 ? fresh : 0}`, () => rowsOf(from, to));
    const rows = answer?.rows ?? [];
    const marks = week ? Array.from({ length: 7 }, (_3, i3) => date(from + i3 * dayMs + dayMs / 2).slice(5)) : Array.from({ length: 12 }, (_3, i3) => hour(from + i3 * 2 * 36e5));
    return /* @__PURE__ */ a3($, { children: [
      /* @__PURE__ */ a3("div", { class: "tools", role: "group", "aria-label": words.historyOf, children: [
        /* @__PURE__ */ a3("button", { type: "button", "aria-pressed": !week, onClick: () => {
          setWeek(false);
          setBack(0);
        }, children: words.day }),
        /* @__PURE__ */ a3("button", { type: "button", "aria-pressed": week, onClick: () => {
          setWeek(true);
          setBack(0);
        }, children: words.week }),
        /* @__PURE__ */ a3("button", { type: "button", onClick: () => setBack(back + 1), children: words.earlier }),
        /* @__PURE__ */ a3("button", { type: "button", disabled: back === 0, onClick: () => setBack(back - 1), children: words.later }),
        /* @__PURE__ */ a3("strong", { children: week ? words.fromTo(date(from), date(to - dayMs / 2)) : date(from) }),
        /* @__PURE__ */ a3("button", { type: "button", "aria-pressed": table, onClick: () => setTable(!table), children: table ? words.asBars : words.asTable }),
        /* @__PURE__ */ a3("button", { type: "button", disabled: rows.length === 0, onClick: () => save(rows, `openrsm-${date(from)}.csv`), children: words.csv })
      ] }),
      trouble ? /* @__PURE__ */ a3("p", { class: "trouble", children: trouble }) : null,
      answer?.more ? /* @__PURE__ */ a3("p", { class: "trouble", children: words.historyCut }) : null,
      !answer && !trouble ? /* @__PURE__ */ a3("p", { children: [
        words.loading,
        " ..."
      ] }) : null,
      table ? /* @__PURE__ */ a3("div", { class: "wide", tabIndex: 0, role: "region", "aria-label": words.historyOf, children: [
        /* @__PURE__ */ a3("table", { children: [
          /* @__PURE__ */ a3("thead", { children: /* @__PURE__ */ a3("tr", { children: [w5.time, w5.drive, w5.medium, w5.text, w5.duration, w5.user].map((name) => /* @__PURE__ */ a3("th", { scope: "col", children: name }, name)) }) }),
          /* @__PURE__ */ a3("tbody", { children: rows.map((h3) => /* @__PURE__ */ a3("tr", { class: h3.kind, children: [
            /* @__PURE__ */ a3("td", { children: moment(h3.time) }),
            /* @__PURE__ */ a3("td", { children: h3.drive_name }),
            /* @__PURE__ */ a3("td", { children: h3.medium_name }),
            /* @__PURE__ */ a3("td", { class: "long", children: whatHappened(h3) }),
            /* @__PURE__ */ a3("td", { children: h3.duration_ms ? span(h3.duration_ms) : "" }),
            /* @__PURE__ */ a3("td", { children: words.forWhom(h3.user, h3.application) })
          ] }, h3.number)) })
        ] }),
        answer && rows.length === 0 ? /* @__PURE__ */ a3("p", { children: words.nothingHappened }) : null
      ] }) : /* @__PURE__ */ a3("div", { class: "bars", children: [
        /* @__PURE__ */ a3("p", { class: "keys", children: [
          /* @__PURE__ */ a3("span", { class: "key loaded", children: words.loaded }),
          " ",
          /* @__PURE__ */ a3("span", { class: "key moving", children: words.movingWord }),
          " ",
          /* @__PURE__ */ a3("span", { class: "key error", children: words.error })
        ] }),
        /* @__PURE__ */ a3("div", { class: "hours", "aria-hidden": "true", children: marks.map((mark) => /* @__PURE__ */ a3("span", { children: mark }, mark)) }),
        m3.all("drives").map((d3) => /* @__PURE__ */ a3(Bar, { drive: d3, rows: rows.filter((h3) => h3.drive === d3.id), from, to, now: m3.now(), week }, d3.id))
      ] })
    ] });
  }

  // src/people.tsx
  var w6 = words.columns;
  var answeredEvery = 3e3;
  var answeredShown = 50;
  var isOpen = (o4) => o4.state !== "refused" && o4.state !== "complete";
  var sentenceOf = (o4) => o4.message || spaced(o4.command);
  var troubled = () => model.all("drives").filter((d3) => d3.operational_state === "needs_service");
  var openOnes = () => model.all("people").filter(isOpen);
  var others = () => model.all("attention").map(String).filter((s3) => !openOnes().some((o4) => o4.message && s3.includes(o4.message)) && !troubled().some((d3) => s3.includes(d3.name)));
  var peopleWanted = () => openOnes().length + troubled().length + others().length;
  function Asked(props) {
    const o4 = props.one;
    const waits = o4.request ? model.get("waiting", o4.request)?.request : void 0;
    return /* @__PURE__ */ a3("li", { children: [
      /* @__PURE__ */ a3("p", { children: [
        /* @__PURE__ */ a3("strong", { children: sentenceOf(o4) }),
        " ",
        /* @__PURE__ */ a3("span", { class: "ago", children: words.since(span(model.now() - o4.submitted)) })
      ] }),
      waits ? /* @__PURE__ */ a3("p", { children: /* @__PURE__ */ a3("button", { type: "button", class: "link", onClick: () => showRequest(o4.request), children: words.waitsFor(shortId(o4.request), waits.user) }) }) : null,
      /* @__PURE__ */ a3("div", { class: "buttons", children: [
        /* @__PURE__ */ a3(Act, { may: model.isAdministrator(), label: `${words.done}: ${sentenceOf(o4)}`, onClick: () => perform(sentenceOf(o4), "opreq.satisfy", { id: o4.id }, false), children: words.done }),
        /* @__PURE__ */ a3(Act, { may: model.isAdministrator(), label: `${words.refuse} ${sentenceOf(o4)}`, onClick: () => question(words.askRefuse(sentenceOf(o4)), () => perform(sentenceOf(o4), "opreq.refuse", { id: o4.id }, false)), children: words.refuse })
      ] }),
      model.isAdministrator() ? null : /* @__PURE__ */ a3("p", { class: "hint", children: [
        words.commandHelps,
        " ",
        /* @__PURE__ */ a3("code", { children: [
          "rsm opreq satisfy ",
          shortId(o4.id)
        ] })
      ] })
    ] });
  }
  function Troubled(props) {
    const d3 = props.drive;
    return /* @__PURE__ */ a3("li", { children: [
      /* @__PURE__ */ a3("p", { children: [
        /* @__PURE__ */ a3("strong", { children: [
          d3.name,
          ": ",
          sentence(d3.condition_reason)
        ] }),
        " ",
        /* @__PURE__ */ a3("span", { class: "ago", children: words.since(span(model.now() - d3.since)) })
      ] }),
      /* @__PURE__ */ a3("div", { class: "buttons", children: /* @__PURE__ */ a3(Act, { may: model.isAdministrator(), label: `${words.enableDrive} ${d3.name}`, onClick: () => perform(`enable ${d3.name}`, "object.enable", { type: "drive", id: d3.id }), children: words.enableDrive }) }),
      model.isAdministrator() ? null : /* @__PURE__ */ a3("p", { class: "hint", children: [
        words.commandHelps,
        " ",
        /* @__PURE__ */ a3("code", { children: [
          "rsm drive enable ",
          d3.number
        ] })
      ] })
    ] });
  }
  function Wanted() {
    if (peopleWanted() === 0) return /* @__PURE__ */ a3("p", { children: words.nobodyNeeded });
    return /* @__PURE__ */ a3("ul", { class: "cards", children: [
      openOnes().map((o4) => /* @__PURE__ */ a3(Asked, { one: o4 }, o4.id)),
      troubled().map((d3) => /* @__PURE__ */ a3(Troubled, { drive: d3 }, d3.id)),
      others().map((s3) => /* @__PURE__ */ a3("li", { children: /* @__PURE__ */ a3("p", { children: sentence(s3) }) }, s3))
    ] });
  }
  function PeopleBox() {
    useModel();
    return /* @__PURE__ */ a3("section", { class: "people-box", "aria-labelledby": "needs", children: [
      /* @__PURE__ */ a3("h2", { id: "needs", children: words.needsPerson }),
      /* @__PURE__ */ a3(Wanted, {})
    ] });
  }
  async function answeredLately() {
    const all = [];
    let cursor;
    do {
      const page = await ask("opreq.list", { limit: 1e3, ...cursor ? { cursor } : {} });
      all.push(...page.items.filter((o4) => !isOpen(o4)));
      cursor = page.next_cursor;
    } while (cursor && all.length < 5e3);
    return all.sort((a4, b) => b.changed - a4.changed).slice(0, answeredShown);
  }
  var answeredBy = (o4) => model.all("events").filter((e3) => e3.object === o4.id).map((e3) => e3.reason).at(-1) ?? "";
  function PeoplePage() {
    useModel();
    const fresh = useFreshness(["operator_request"], answeredEvery);
    const { answer, trouble } = useAnswer(`answered ${fresh}`, answeredLately);
    return /* @__PURE__ */ a3("div", { class: "beside even", children: [
      /* @__PURE__ */ a3(PeopleBox, {}),
      /* @__PURE__ */ a3("section", { "aria-labelledby": "answered", children: [
        /* @__PURE__ */ a3("h2", { id: "answered", children: words.answered }),
        trouble ? /* @__PURE__ */ a3("p", { class: "trouble", children: trouble }) : null,
        answer && answer.length === 0 ? /* @__PURE__ */ a3("p", { children: words.nothingAnswered }) : null,
        answer && answer.length > 0 ? /* @__PURE__ */ a3("div", { class: "wide", tabIndex: 0, role: "region", "aria-label": words.answered, children: /* @__PURE__ */ a3("table", { children: [
          /* @__PURE__ */ a3("thead", { children: /* @__PURE__ */ a3("tr", { children: [w6.time, words.askedFor, w6.state, words.answer].map((name) => /* @__PURE__ */ a3("th", { scope: "col", children: name }, name)) }) }),
          /* @__PURE__ */ a3("tbody", { children: answer.map((o4) => /* @__PURE__ */ a3("tr", { children: [
            /* @__PURE__ */ a3("td", { children: moment(o4.changed) }),
            /* @__PURE__ */ a3("td", { class: "long", children: sentenceOf(o4) }),
            /* @__PURE__ */ a3("td", { children: spaced(o4.state) }),
            /* @__PURE__ */ a3("td", { class: "long", children: answeredBy(o4) })
          ] }, o4.id)) })
        ] }) }) : null
      ] })
    ] });
  }

  // src/library.tsx
  var sayAtMostEvery = 5e3;
  var slotsAtOnce = 1e3;
  function Box(props) {
    return /* @__PURE__ */ a3("button", { type: "button", class: `box ${props.kind}`, "data-place": props.place, "aria-label": props.label, title: props.label, tabIndex: props.tabIndex, onClick: props.onClick, onKeyDown: props.onKeyDown, children: props.children });
  }
  function slotLook(slot, out) {
    const absent = out.get(slot.id);
    const cleaner = slot.for_cleaner ? `, ${words.slotCleaner}` : "";
    if (slot.state === "full") return { kind: "full", label: words.slotFull(slot.number, slot.medium_name || words.noName) + cleaner, text: slot.medium_name || words.noName };
    if (absent) return { kind: "is-out", label: words.slotOut(slot.number, absent.name), text: words.out };
    if (slot.state === "empty") return { kind: "empty", label: words.slotEmpty(slot.number) + cleaner, text: String(slot.number) };
    if (slot.state === "not_present") return { kind: "gone", label: words.slotGone(slot.number), text: "-" };
    return { kind: "unknown", label: words.slotUnknown(slot.number), text: "?" };
  }
  function Slots(props) {
    const slots = model.all(`slots:${props.library.id}`);
    const [current, setCurrent] = d2(0);
    const [page, setPage] = d2(0);
    const grid = T2(null);
    const shown = slots.slice(page * slotsAtOnce, (page + 1) * slotsAtOnce);
    const stop = Math.min(current, shown.length - 1);
    const columns = () => {
      const boxes = [...grid.current?.children ?? []];
      const next = boxes.findIndex((box) => box.offsetTop !== boxes[0].offsetTop);
      return next < 0 ? boxes.length : next;
    };
    const move = (e3) => {
      const steps = { ArrowRight: () => 1, ArrowLeft: () => -1, ArrowDown: columns, ArrowUp: () => -columns(), Home: () => -stop, End: () => shown.length };
      const step = steps[e3.key];
      if (!step) return;
      e3.preventDefault();
      const to = Math.max(0, Math.min(shown.length - 1, stop + step()));
      setCurrent(to);
      grid.current?.children[to]?.focus();
    };
    return /* @__PURE__ */ a3($, { children: [
      /* @__PURE__ */ a3("div", { class: "slots", role: "group", "aria-label": words.slotsLabel(props.library.name), ref: grid, children: shown.map((slot, i3) => {
        const look = slotLook(slot, props.out);
        return /* @__PURE__ */ a3(Box, { place: `slot ${slot.number}`, kind: `slot ${look.kind}`, label: look.label, tabIndex: i3 === stop ? 0 : -1, onKeyDown: move, onClick: () => {
          setCurrent(i3);
          if (slot.medium) showMedium(slot.medium, slot.medium_name);
          else if (props.out.has(slot.id)) showMedium(props.out.get(slot.id).id, props.out.get(slot.id).name);
          else showFacts(look.label, [[words.columns.state, spaced(slot.state)]]);
        }, children: look.text }, slot.id);
      }) }),
      /* @__PURE__ */ a3("p", { class: "hint", children: [
        words.slots(slots.length),
        slots.length > slotsAtOnce ? Array.from({ length: Math.ceil(slots.length / slotsAtOnce) }, (_3, i3) => /* @__PURE__ */ a3("button", { type: "button", "aria-pressed": i3 === page, onClick: () => setPage(i3), children: `${slots[i3 * slotsAtOnce].number}…` }, i3)) : null
      ] })
    ] });
  }
  var wantsNoMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  function placeIn(picture, place) {
    const box = picture.querySelector(`[data-place="${CSS.escape(place)}"]`);
    if (!box) return null;
    const a4 = box.getBoundingClientRect(), b = picture.getBoundingClientRect();
    return { x: a4.left - b.left + a4.width / 2, y: a4.top - b.top + a4.height / 2 };
  }
  function Traveller(props) {
    const m3 = props.moving;
    const chip = T2(null);
    const [resized, setResized] = d2(0);
    A2(() => {
      const again = () => setResized((n2) => n2 + 1);
      addEventListener("resize", again);
      return () => removeEventListener("resize", again);
    }, []);
    F2(() => {
      const element = chip.current;
      const from = placeIn(element.parentElement, m3.from), to = placeIn(element.parentElement, m3.to);
      if (!to) return;
      const at = (p3) => `translate(${p3.x}px, ${p3.y}px) translate(-50%, -50%)`;
      const usual = m3.usual_ms ?? 0, gone = Math.max(0, model.now() - m3.since), share = usual > 0 ? Math.min(1, gone / usual) : 1;
      element.style.transform = at(to);
      if (!from || share >= 1 || wantsNoMotion()) {
        if (from && usual === 0) element.style.transform = at(from);
        return;
      }
      const now = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
      const travel = element.animate([{ transform: at(now) }, { transform: at(to) }], { duration: usual - gone, easing: "linear" });
      return () => travel.cancel();
    }, [m3.since, m3.from, m3.to, m3.medium, m3.usual_ms, resized]);
    return /* @__PURE__ */ a3("div", { class: "traveller", ref: chip, "aria-hidden": "true", children: m3.medium_name || words.noName });
  }
  function Arm(props) {
    const m3 = props.changer.moving;
    const gone = m3 ? model.now() - m3.since : 0;
    const share = m3?.usual_ms ? Math.min(1, gone / m3.usual_ms) : 0;
    return /* @__PURE__ */ a3("p", { class: `arm ${m3 ? "moves" : ""}`, "data-arm": m3 ? "moving" : "idle", children: [
      /* @__PURE__ */ a3("strong", { children: words.arm }),
      " ",
      m3 ? words.moving(m3.medium_name || words.noName, m3.from, m3.to) + (m3.turned ? `, ${words.turned}` : "") : words.armIdle,
      m3 ? /* @__PURE__ */ a3($, { children: [
        " ",
        /* @__PURE__ */ a3("progress", { max: 1, value: m3.usual_ms ? share : void 0, "aria-label": words.arm }),
        " ",
        /* @__PURE__ */ a3("span", { children: m3.usual_ms ? words.armTime(span(gone), span(m3.usual_ms)) : span(gone) })
      ] }) : null
    ] });
  }
  function DriveBox(props) {
    const d3 = props.drive;
    const works = d3.enabled && d3.operational_state === "ready";
    const holder = model.get("holders", d3.id);
    const state = !d3.enabled ? words.switchedOff : works ? spaced(d3.state) : spaced(d3.operational_state);
    const inside = d3.medium_name || (props.coming ? words.onItsWay(props.coming.medium_name) : words.empty);
    const who = holder ? words.forWhom(holder.user, holder.application) : "";
    const kind = !works ? "bad" : d3.state === "loaded" ? "loaded" : d3.medium ? "full" : "empty";
    return /* @__PURE__ */ a3(Box, { place: `drive ${d3.number}`, kind: `drive ${kind}`, label: [words.drive(d3.number), inside, state, who, works ? "" : d3.condition_reason].filter(Boolean).join(", "), onClick: () => showDrive(d3), children: [
      /* @__PURE__ */ a3("strong", { children: words.drive(d3.number) }),
      /* @__PURE__ */ a3("span", { class: "medium", children: inside }),
      /* @__PURE__ */ a3("span", { class: "state", children: [
        works ? "" : "! ",
        state,
        " ",
        words.forSpan(span(model.now() - d3.since))
      ] }),
      /* @__PURE__ */ a3("span", { class: "who", children: who || (works ? "" : d3.condition_reason) })
    ] });
  }
  function PortBox(props) {
    const p3 = props.port;
    const medium = p3.medium ? model.get("media", p3.medium)?.name ?? words.full : "";
    const text = p3.content === "full" ? words.takeOut(medium || words.noName) : p3.content === "empty" ? words.empty : spaced(p3.content);
    return /* @__PURE__ */ a3(Box, { place: `port ${p3.number}`, kind: `port ${p3.content === "full" ? "attention" : "empty"}`, label: `${words.port(p3.number)}, ${text}`, onClick: () => p3.medium ? showMedium(p3.medium, medium) : showFacts(words.port(p3.number), [[words.columns.state, text]]), children: [
      /* @__PURE__ */ a3("strong", { children: words.port(p3.number) }),
      /* @__PURE__ */ a3("span", { class: "medium", children: medium || text }),
      /* @__PURE__ */ a3("span", { class: "state", children: spaced(p3.position) })
    ] });
  }
  function DoorBox(props) {
    const d3 = props.door;
    return /* @__PURE__ */ a3(Box, { place: `door ${d3.number}`, kind: `door ${d3.state === "open" ? "attention" : "empty"}`, label: `${words.door(d3.number)}, ${spaced(d3.state)}`, onClick: () => showFacts(words.door(d3.number), [[words.columns.state, spaced(d3.state)]]), children: [
      /* @__PURE__ */ a3("strong", { children: words.door(d3.number) }),
      /* @__PURE__ */ a3("span", { class: "state", children: spaced(d3.state) })
    ] });
  }
  function Library(props) {
    const l3 = props.library;
    const of = (part) => model.all(part).filter((one) => one.library === l3.id);
    const changers = of("changers");
    const moves = changers.map((c3) => c3.moving).filter(Boolean);
    const out = new Map(model.all("media").filter((m3) => m3.home_slot_id).map((m3) => [m3.home_slot_id, m3]));
    const state = !l3.enabled ? words.switchedOff : spaced(l3.operational_state);
    return /* @__PURE__ */ a3("section", { class: "library", "aria-labelledby": `l-${l3.id}`, children: [
      /* @__PURE__ */ a3("h2", { id: `l-${l3.id}`, children: [
        l3.name,
        " ",
        /* @__PURE__ */ a3("small", { class: l3.operational_state === "ready" && l3.enabled ? "" : "trouble", children: [
          state,
          l3.reason && l3.operational_state !== "ready" ? `: ${l3.reason}` : ""
        ] })
      ] }),
      /* @__PURE__ */ a3("div", { class: "picture", children: [
        /* @__PURE__ */ a3(Slots, { library: l3, out }),
        changers.map((c3) => /* @__PURE__ */ a3(Arm, { changer: c3 }, c3.id)),
        /* @__PURE__ */ a3("div", { class: "devices", children: [
          of("drives").map((d3) => /* @__PURE__ */ a3(DriveBox, { drive: d3, coming: moves.find((m3) => m3.to === `drive ${d3.number}`) }, d3.id)),
          model.all(`ports:${l3.id}`).map((p3) => /* @__PURE__ */ a3(PortBox, { port: p3 }, p3.id)),
          model.all(`doors:${l3.id}`).map((d3) => /* @__PURE__ */ a3(DoorBox, { door: d3 }, d3.id))
        ] }),
        moves.map((m3) => /* @__PURE__ */ a3(Traveller, { moving: m3 }, `${m3.medium} ${m3.since}`))
      ] })
    ] });
  }
  function Spoken() {
    useModel();
    const said = T2({ text: "", time: 0 });
    const [text, setText] = d2("");
    const moves = model.all("changers").map((c3) => c3.moving).filter(Boolean);
    const newest = moves.length ? words.moving(moves[0].medium_name || words.noName, moves[0].from, moves[0].to) : "";
    A2(() => {
      if (!newest || newest === said.current.text || Date.now() - said.current.time < sayAtMostEvery) return;
      said.current = { text: newest, time: Date.now() };
      setText(newest);
    });
    return /* @__PURE__ */ a3("p", { class: "only-heard", "aria-live": "polite", children: text });
  }
  function LibraryPage() {
    const m3 = useModel();
    const shown = m3.all("libraries").filter((l3) => l3.slots > 0 || l3.drives > 0);
    return /* @__PURE__ */ a3("div", { class: "beside", children: [
      /* @__PURE__ */ a3("div", { children: [
        shown.length === 0 && m3.news !== 0 ? /* @__PURE__ */ a3("p", { children: words.noLibrary }) : shown.map((l3) => /* @__PURE__ */ a3(Library, { library: l3 }, l3.id)),
        /* @__PURE__ */ a3(Spoken, {})
      ] }),
      /* @__PURE__ */ a3(PeopleBox, {})
    ] });
  }

  // src/media.tsx
  var w7 = words.columns;
  var lettersLeast = 3;
  var rowsAtOnce2 = 50;
  var typingPause = 150;
  async function search(text, anywhere, before, cursor) {
    try {
      const page = await ask("medium.search", { text, match: anywhere ? "contains" : "prefix", limit: rowsAtOnce2, ...cursor ? { cursor } : {} });
      return { text, anywhere, items: [...before, ...page.items], cursor: page.next_cursor ?? void 0, partial: page.partial };
    } catch (error) {
      return { text, anywhere, items: before, partial: false, trouble: error.message };
    }
  }
  var labelOf = (m3) => (m3.sides ?? []).map((s3) => s3.label_info).filter(Boolean).join(", ");
  function MediaPage() {
    const [text, setText] = d2("");
    const [anywhere, setAnywhere] = d2(false);
    const [found, setFound] = d2(null);
    const wanted = text.trim();
    A2(() => {
      if (wanted.length < lettersLeast) {
        setFound(null);
        return;
      }
      let here = true;
      const timer = setTimeout(() => search(wanted, anywhere, []).then((all) => here && setFound(all)), typingPause);
      return () => {
        here = false;
        clearTimeout(timer);
      };
    }, [wanted, anywhere]);
    return /* @__PURE__ */ a3($, { children: [
      /* @__PURE__ */ a3("form", { class: "search", role: "search", onSubmit: (e3) => e3.preventDefault(), children: [
        /* @__PURE__ */ a3("label", { children: [
          words.searchLabel,
          " ",
          /* @__PURE__ */ a3("input", { type: "search", value: text, autocomplete: "off", spellcheck: false, onInput: (e3) => setText(e3.currentTarget.value) })
        ] }),
        /* @__PURE__ */ a3("label", { children: [
          /* @__PURE__ */ a3("input", { type: "checkbox", checked: anywhere, onChange: (e3) => setAnywhere(e3.currentTarget.checked) }),
          " ",
          words.searchAnywhere
        ] })
      ] }),
      /* @__PURE__ */ a3("p", { class: "hint", role: "status", children: [
        !found ? words.searchHint : found.trouble ?? (found.items.length === 0 && !found.cursor ? words.searchNone : words.searchCount(found.items.length, !!found.cursor)),
        found?.partial ? ` ${words.searchPartial}` : ""
      ] }),
      found && found.items.length > 0 ? /* @__PURE__ */ a3("div", { class: "wide", tabIndex: 0, role: "region", "aria-label": words.pages.media, children: /* @__PURE__ */ a3("table", { children: [
        /* @__PURE__ */ a3("thead", { children: /* @__PURE__ */ a3("tr", { children: [w7.name, w7.barcode, w7.place, w7.state, w7.pool, w7.label].map((name) => /* @__PURE__ */ a3("th", { scope: "col", children: name }, name)) }) }),
        /* @__PURE__ */ a3("tbody", { children: found.items.map((m3) => /* @__PURE__ */ a3("tr", { children: [
          /* @__PURE__ */ a3("td", { children: /* @__PURE__ */ a3("button", { type: "button", class: "link", onClick: () => showMedium(m3.id, m3.name), children: m3.name }) }),
          /* @__PURE__ */ a3("td", { children: m3.barcode }),
          /* @__PURE__ */ a3("td", { children: m3.place === "offline" ? words.offline : `${m3.library_name}, ${m3.place}` }),
          /* @__PURE__ */ a3("td", { children: spaced(m3.state) }),
          /* @__PURE__ */ a3("td", { children: m3.pool_name }),
          /* @__PURE__ */ a3("td", { class: "long", children: labelOf(m3) })
        ] }, m3.id)) })
      ] }) }) : null,
      found?.cursor ? /* @__PURE__ */ a3("button", { type: "button", onClick: () => search(found.text, found.anywhere, found.items, found.cursor).then(setFound), children: words.searchMore }) : null
    ] });
  }

  // src/queue.tsx
  var w8 = words.columns;
  var planEvery = 3e3;
  var aboutOf = (r3) => r3.medium_name ? r3.side ? `${r3.medium_name}:${r3.side_number}` : r3.medium_name : r3.drive_name || r3.library_name || "";
  function useExpected() {
    const fresh = useFreshness(["request", "drive"], planEvery);
    const { answer } = useAnswer(`plan ${fresh}`, async () => {
      const plan = await ask("plan.read");
      const times = /* @__PURE__ */ new Map();
      for (const library of plan.libraries) for (const drive of library.drives) for (const step of drive.next) times.set(step.request, model.now() + step.mounted_ms);
      return times;
    });
    return answer ?? /* @__PURE__ */ new Map();
  }
  function expectedOf(r3, expected) {
    if (r3.state === "inprocess") return words.now;
    if (model.all("people").some((o4) => o4.request === r3.id && o4.state !== "refused" && o4.state !== "complete")) return words.aPerson;
    const time = expected.get(r3.id) ?? r3.due;
    if (!time) return words.notKnown;
    return time <= model.now() ? words.now : words.about(span(time - model.now()));
  }
  function QueuePage() {
    const m3 = useModel();
    const expected = useExpected();
    const waiting = m3.all("waiting");
    const open = m3.all("queue").reduce((sum, q2) => sum + q2.count, 0);
    if (waiting.length === 0) return /* @__PURE__ */ a3("p", { children: words.queueEmpty });
    return /* @__PURE__ */ a3($, { children: [
      /* @__PURE__ */ a3("div", { class: "wide", tabIndex: 0, role: "region", "aria-label": words.queueCaption, children: /* @__PURE__ */ a3("table", { children: [
        /* @__PURE__ */ a3("caption", { children: words.queueCaption }),
        /* @__PURE__ */ a3("thead", { children: /* @__PURE__ */ a3("tr", { children: [w8.request, w8.what, w8.about, w8.whom, w8.priority, w8.state, w8.why, w8.expected, w8.actions].map((name) => /* @__PURE__ */ a3("th", { scope: "col", children: name }, name)) }) }),
        /* @__PURE__ */ a3("tbody", { children: waiting.map(({ request: r3, why }) => /* @__PURE__ */ a3("tr", { class: r3.state, children: [
          /* @__PURE__ */ a3("td", { children: /* @__PURE__ */ a3("code", { children: shortId(r3.id) }) }),
          /* @__PURE__ */ a3("td", { children: spaced(r3.operation) }),
          /* @__PURE__ */ a3("td", { children: r3.medium ? /* @__PURE__ */ a3("button", { type: "button", class: "link", onClick: () => showMedium(r3.medium, r3.medium_name), children: aboutOf(r3) }) : aboutOf(r3) }),
          /* @__PURE__ */ a3("td", { children: words.forWhom(r3.user, r3.application) }),
          /* @__PURE__ */ a3("td", { children: words.priorities(r3.priority) }),
          /* @__PURE__ */ a3("td", { children: spaced(r3.state) }),
          /* @__PURE__ */ a3("td", { class: "long", children: sentence(why || r3.reason) }),
          /* @__PURE__ */ a3("td", { children: expectedOf(r3, expected) }),
          /* @__PURE__ */ a3("td", { class: "buttons", children: [
            /* @__PURE__ */ a3("button", { type: "button", "aria-label": `${words.explain} ${shortId(r3.id)}`, onClick: () => showRequest(r3.id), children: words.explain }),
            /* @__PURE__ */ a3(Act, { may: mayCancel(r3), label: `${words.cancel} ${shortId(r3.id)}`, onClick: () => cancelRequest(r3, aboutOf(r3)), children: words.cancel })
          ] })
        ] }, r3.id)) })
      ] }) }),
      open > waiting.length ? /* @__PURE__ */ a3("p", { children: words.more(open - waiting.length) }) : null
    ] });
  }

  // src/app.tsx
  var pages = { library: LibraryPage, queue: QueuePage, people: PeoplePage, media: MediaPage, history: HistoryPage, health: HealthPage };
  var pageNames = Object.keys(pages);
  var pageOf = (hash) => pageNames.find((name) => `#${name}` === hash) ?? "library";
  var themes = ["auto", "light", "dark"];
  function kept() {
    try {
      return themes.find((theme) => theme === localStorage.getItem("colours")) ?? "auto";
    } catch {
      return "auto";
    }
  }
  function wear(theme) {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("colours", theme);
    } catch {
      return;
    }
  }
  function ThemeSwitch() {
    const [theme, setTheme] = d2(kept());
    const next = themes[(themes.indexOf(theme) + 1) % themes.length];
    return /* @__PURE__ */ a3("button", { type: "button", class: "quiet", title: words.switchTheme(words.themes[next]), onClick: () => {
      wear(next);
      setTheme(next);
    }, children: words.theme[theme] });
  }
  function News() {
    const m3 = useModel();
    if (m3.isOld()) return null;
    return /* @__PURE__ */ a3("span", { class: "news", children: words.newsAge(((m3.now() - m3.news) / 1e3).toFixed(0) + " s") });
  }
  function OldNews() {
    const m3 = useModel();
    const [patient, setPatient] = d2(false);
    A2(() => {
      const timer = setTimeout(() => setPatient(true), 2e3);
      return () => clearTimeout(timer);
    }, []);
    if (!m3.isOld() || !patient) return null;
    return /* @__PURE__ */ a3("p", { class: "old-news", role: "alert", children: m3.news === 0 ? words.neverNews : words.noNews(clock(m3.news - m3.ahead), span(m3.now() - m3.news)) });
  }
  function SignIn() {
    return /* @__PURE__ */ a3("main", { class: "sign-in", id: "page", tabIndex: -1, children: [
      /* @__PURE__ */ a3("h1", { children: words.signInTitle }),
      model.linkBad ? /* @__PURE__ */ a3("p", { class: "trouble", role: "alert", children: words.linkBad }) : null,
      /* @__PURE__ */ a3("p", { children: words.signInShared }),
      /* @__PURE__ */ a3("pre", { children: "rsm web login" }),
      /* @__PURE__ */ a3("p", { children: words.signInOwn }),
      /* @__PURE__ */ a3("pre", { children: "rsm web" }),
      /* @__PURE__ */ a3("p", { children: words.signInView }),
      /* @__PURE__ */ a3("pre", { children: "rsm web login --view" })
    ] });
  }
  function Header(props) {
    const m3 = useModel();
    const waiting = m3.all("queue").reduce((sum, q2) => sum + q2.count, 0);
    const counts = { queue: waiting, people: peopleWanted() };
    const who = m3.me;
    return /* @__PURE__ */ a3("header", { children: [
      /* @__PURE__ */ a3("a", { class: "skip", href: "#page", onClick: (e3) => {
        e3.preventDefault();
        document.getElementById("page")?.focus();
      }, children: words.skip }),
      /* @__PURE__ */ a3("strong", { class: "product", children: words.product }),
      /* @__PURE__ */ a3("nav", { "aria-label": words.navigation, children: pageNames.map((name) => /* @__PURE__ */ a3("a", { href: `#${name}`, "aria-current": name === props.page ? "page" : void 0, class: name === "people" && counts.people ? "wanted" : "", children: [
        words.pages[name],
        counts[name] ? ` ${counts[name]}` : ""
      ] }, name)) }),
      /* @__PURE__ */ a3("span", { class: "who", children: [
        /* @__PURE__ */ a3(News, {}),
        who ? /* @__PURE__ */ a3("span", { children: [
          who.user,
          who.view ? ` (${words.looksOnly})` : who.administrator ? ` (${words.administrator})` : ""
        ] }) : null,
        /* @__PURE__ */ a3(ThemeSwitch, {}),
        /* @__PURE__ */ a3("button", { type: "button", class: "quiet", onClick: () => {
          closeDrawer();
          void logOut();
        }, children: words.logOut })
      ] })
    ] });
  }
  var Guard = class extends x {
    static getDerivedStateFromError(error) {
      return { fault: error.message };
    }
    render() {
      return this.state.fault ? /* @__PURE__ */ a3("p", { class: "trouble", role: "alert", children: this.state.fault }) : this.props.children;
    }
  };
  function App() {
    const m3 = useModel();
    const [page, setPage] = d2(pageOf(location.hash));
    A2(() => {
      const go = () => {
        setPage(pageOf(location.hash));
        screen.drawer = null;
        screen.message = "";
        document.getElementById("page")?.focus();
      };
      addEventListener("hashchange", go);
      return () => removeEventListener("hashchange", go);
    }, []);
    A2(() => {
      document.title = words.pageTitle(words.pages[page]);
    }, [page]);
    if (m3.signedIn === false) return /* @__PURE__ */ a3(SignIn, {});
    if (m3.signedIn === null && m3.me === null) return /* @__PURE__ */ a3("main", { id: "page", children: /* @__PURE__ */ a3("p", { children: [
      words.connecting,
      " ..."
    ] }) });
    const Page = pages[page];
    return /* @__PURE__ */ a3("div", { class: m3.isOld() ? "old" : "", children: [
      /* @__PURE__ */ a3(Header, { page }),
      /* @__PURE__ */ a3(OldNews, {}),
      m3.me?.lost ? /* @__PURE__ */ a3("p", { class: "old-news", role: "alert", children: words.logInAgain }) : null,
      /* @__PURE__ */ a3("div", { class: "body", children: [
        /* @__PURE__ */ a3("main", { id: "page", tabIndex: -1, children: [
          /* @__PURE__ */ a3("h1", { class: "only-heard", children: words.pages[page] }),
          /* @__PURE__ */ a3(Guard, { children: /* @__PURE__ */ a3(Page, {}) }, page)
        ] }),
        /* @__PURE__ */ a3(Drawer, {})
      ] }),
      /* @__PURE__ */ a3(Message, {}),
      /* @__PURE__ */ a3(QuestionBox, {})
    ] });
  }
  async function begin() {
    wear(kept());
    const secret = /^#t=([0-9a-f]{32})$/.exec(location.hash)?.[1];
    if (secret) {
      history.replaceState(null, "", "/");
      const opened = await openLink(secret);
      model.linkBad = !opened;
    }
    await model.askMe();
    if (model.linkBad && model.signedIn) model.linkBad = false;
    Q(/* @__PURE__ */ a3(App, {}), document.getElementById("app"));
    if (model.signedIn !== false) model.start();
  }
  void begin();
})();
